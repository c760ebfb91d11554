// What the records of a model came to in the last 90 days: how many went well, and how long it took.
import type { UseQueryResult } from '@tanstack/react-query';
import { paths } from '@/app/paths';
import { queryText } from '@/lib/client';
import { restsOn, valueText } from '@/ui/figureText';
import { Link } from '@/ui/Link';
import type { Model, Report } from '../queries';
import { POLICY } from '../texts';
import classes from './models.module.css';

interface Props {
  model: Model;
  /** Figures divided by type, as far as they are read. */
  reports: UseQueryResult<Report>[];
}

export function Effect({ model, reports }: Props) {
  const type = `${model.name} ${model.kind}`;
  const read = reports.flatMap((report) => report.data ?? []);
  if (read.length === 0) return null;
  // A type that nothing was ever said of is not known to reports.
  const known = read.some((report) => report.types.includes(type));
  const any = read.some((report) => (valueOf(report, type)?.n ?? 0) > 0);
  return (
    <>
      <h3 className={classes.small}>{POLICY.effect}</h3>
      {any ? (
        <dl className={classes.figures}>
          {read.map((report) => (
            <Value key={report.items[0]?.name} report={report} type={type} />
          ))}
        </dl>
      ) : (
        <p className="soft">{known ? POLICY.noneLately(model.kind) : POLICY.noneYet(model.kind)}</p>
      )}
    </>
  );
}

function Value({ report, type }: { report: Report; type: string }) {
  const figure = report.items[0];
  if (!figure) return null;
  const value = valueOf(report, type);
  const { from, to } = report.asked;
  const { title, unit } = figure.definition;
  return (
    <div>
      <dt>
        <Link to={`${paths.figure(figure.name)}${queryText({ from, to, type })}`}>{title}</Link>
      </dt>
      <dd>
        <strong className="num">{valueText(value?.value, unit)}</strong>{' '}
        <span className="soft num">{restsOn(value ?? { n: 0 })}</span>
      </dd>
    </div>
  );
}

function valueOf(report: Report, type: string) {
  return report.items[0]?.groups?.find((group) => group.key === type)?.value;
}
