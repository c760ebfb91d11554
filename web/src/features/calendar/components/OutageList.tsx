// The projected service outage as a table: by service, when, for how long, and by which change.
import { paths } from '@/app/paths';
import { minutes, windowText } from '@/lib/dates';
import type { Schema } from '@/lib/schema';
import { useZone } from '@/lib/session';
import { Link } from '@/ui/Link';
import { StatePill } from '@/ui/StatePill';
import { wordOf } from '@/ui/texts';
import { texts } from '../texts';
import classes from './OutageList.module.css';

type Outages = Schema<'Outages'>;
type Outage = Schema<'ProjectedOutage'>;

const words = texts.outages;
const COLUMNS = [
  words.window,
  words.minutes,
  words.change,
  words.record,
  words.environment,
  words.state,
];

export function OutageList({ outages }: { outages: Outages }) {
  const zone = useZone();
  return (
    <div className={classes.frame}>
      <table className={classes.table}>
        <caption className="visually-hidden">{words.caption}</caption>
        <thead>
          <tr>
            {COLUMNS.map((column) => (
              <th key={column} scope="col">
                {column}
                {column === words.window && <span className={classes.zone}> {zone}</span>}
              </th>
            ))}
          </tr>
        </thead>
        {outages.totals.map((total) => (
          <tbody key={total.service.id}>
            <tr className={classes.service}>
              <th scope="rowgroup" colSpan={COLUMNS.length}>
                {total.service.name}
                <span className="soft">
                  {' · '}
                  {words.total(total.changes, minutes(total.minutes))}
                </span>
              </th>
            </tr>
            {outages.items
              .filter((outage) => outage.service.id === total.service.id)
              .map((outage) => (
                <OutageRow key={outage.change.id} outage={outage} />
              ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}

function OutageRow({ outage }: { outage: Outage }) {
  const zone = useZone();
  const { change, subject, window } = outage;
  const name = change.number ?? change.id;
  const release = outage.kind === 'release' ? (subject.number ?? subject.id) : undefined;
  return (
    <tr>
      <td className="num">
        <time dateTime={window.start} data-planned={!outage.committed || undefined}>
          {windowText(window, zone)}
        </time>
        {!outage.committed && <span className="visually-hidden"> {texts.planned}</span>}
      </td>
      <td className="num">{minutes(outage.minutes)}</td>
      <td>
        <Link to={paths.change(name)} quiet>
          <span className="mono">{name}</span> {change.name}
        </Link>
      </td>
      <td>
        {release && (
          <Link to={paths.release(release)} quiet>
            <span className="mono">{release}</span>
          </Link>
        )}
      </td>
      <td>{wordOf(outage.environment)}</td>
      <td>
        <StatePill word={outage.phase} />
      </td>
    </tr>
  );
}
