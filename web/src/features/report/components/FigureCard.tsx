// A figure among others: its value, how it moved, its small history; definition and records near.
import { useMemo, useState } from 'react';
import { paths } from '@/app/paths';
import type { Address } from '@/lib/address';
import { queryText } from '@/lib/client';
import { Link } from '@/ui/Link';
import { valueText } from '@/ui/figureText';
import { spreadText, stepText } from '../format';
import { scopeOf, type Figure } from '../queries';
import { texts } from '../texts';
import { Chart } from './Chart';
import { Definition } from './Definition';
import { Moved } from './Moved';
import { pointsOf } from './points';
import classes from './FigureCard.module.css';

interface Props {
  figure: Figure;
  address: Address;
  by: string;
}

export function FigureCard({ figure, address, by }: Props) {
  const [open, setOpen] = useState(false);
  const { definition, value, history } = figure;
  const { unit } = definition;
  const known = typeof value.value === 'number';
  const to = `${paths.figure(figure.name)}${queryText(scopeOf(address))}`;
  const points = useMemo(() => pointsOf(figure, by), [figure, by]);
  const ends = [history[0]?.from ?? '', history.at(-1)?.to ?? ''] as const;
  return (
    <article className={classes.card} aria-label={definition.title}>
      <h3 className={classes.title}>
        <Link to={to} quiet>
          {definition.title}
        </Link>
      </h3>
      <p className={classes.value} data-none={known ? undefined : true}>
        {valueText(value.value, unit)}
      </p>
      <p className={classes.soft}>
        {typeof value.counted === 'number' && value.n > 0
          ? texts.of(value.counted, value.n)
          : texts.n(value.n)}
        {spreadText(value, unit) && <> · {spreadText(value, unit)}</>}
      </p>
      <Moved figure={figure} />
      {known && (
        <Chart
          small
          shape="line"
          label={texts.chartOf(
            definition.title,
            stepText(ends[0], ends[0], by),
            stepText(ends[1], ends[1], by),
          )}
          points={points}
          unit={unit}
        />
      )}
      <p className={classes.foot}>
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
          {texts.definition}
        </button>
        <Link to={`${to}#records`}>{texts.records}</Link>
      </p>
      {open && <Definition figure={figure} />}
    </article>
  );
}
