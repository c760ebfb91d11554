// How a figure moved against the time before: in words, with an arrow and a colour beside them.
import { valueText } from '@/ui/figureText';
import { trendOf } from '../format';
import type { Figure } from '../queries';
import { texts } from '../texts';
import classes from './FigureCard.module.css';

export function Moved({ figure }: { figure: Figure }) {
  const { before, value, definition } = figure;
  const trend = trendOf(figure);
  if (typeof before.value !== 'number') return <p className={classes.soft}>{texts.noBefore}</p>;
  const was = texts.before(valueText(before.value, definition.unit));
  if (!trend || trend === 'moved') return <p className={classes.soft}>{was}</p>;
  const up = typeof value.value === 'number' && value.value > before.value;
  return (
    <p className={classes.soft}>
      {was}:{' '}
      <span className={classes.trend} data-trend={trend}>
        {trend !== 'same' && <span aria-hidden="true">{up ? '▲ ' : '▼ '}</span>}
        {texts[trend]}
      </span>
    </p>
  );
}
