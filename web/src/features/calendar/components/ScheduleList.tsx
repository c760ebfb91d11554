// The forward schedule of change as a table, by day, with the projected outage of each record.
import { hoursText, minutes, windowText } from '@/lib/dates';
import { useZone } from '@/lib/session';
import { Link } from '@/ui/Link';
import { StatePill, Tier } from '@/ui/StatePill';
import { wordOf } from '@/ui/texts';
import { conflictsOf } from '../conflicts';
import { actualOf, lookOf } from '../describe';
import type { Calendar, Entry } from '../model';
import { dateOf } from '../range';
import { entryPath } from '../paths';
import { texts } from '../texts';
import { ConflictBadge } from './ConflictBadge';
import classes from './ScheduleList.module.css';

const words = texts.list;

export function ScheduleList({ calendar, zone }: { calendar: Calendar; zone: string }) {
  const entries = [...calendar.entries].sort((a, b) =>
    a.window.start < b.window.start ? -1 : a.window.start > b.window.start ? 1 : 0,
  );
  const days = byDay(entries, zone);
  return (
    <div className={classes.frame}>
      <table className={classes.table}>
        <caption className="visually-hidden">{words.caption}</caption>
        <thead>
          <tr>
            <th scope="col">{words.record}</th>
            <th scope="col">
              {words.window} <span className={classes.zone}>{zone}</span>
            </th>
            <th scope="col">{words.services}</th>
            <th scope="col">{words.environment}</th>
            <th scope="col" data-right="">
              {words.outage}
            </th>
            <th scope="col">{words.tier}</th>
            <th scope="col">{words.state}</th>
            <th scope="col">{words.conflicts}</th>
          </tr>
        </thead>
        {[...days].map(([date, listed]) => (
          <DayRows key={date} date={date} entries={listed} calendar={calendar} />
        ))}
      </table>
    </div>
  );
}

function byDay(entries: Entry[], zone: string): Map<string, Entry[]> {
  const days = new Map<string, Entry[]>();
  for (const entry of entries) {
    const date = dateOf(entry.window.start, zone);
    days.set(date, [...(days.get(date) ?? []), entry]);
  }
  return days;
}

function DayRows(props: { date: string; entries: Entry[]; calendar: Calendar }) {
  const { date, entries, calendar } = props;
  const title = new Intl.DateTimeFormat('en-GB', {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    timeZone: 'UTC',
  }).format(new Date(`${date}T12:00:00Z`));
  return (
    <tbody>
      <tr className={classes.day}>
        <th scope="rowgroup" colSpan={8}>
          {title}
        </th>
      </tr>
      {entries.map((entry) => (
        <EntryRow key={entry.subject.id} entry={entry} calendar={calendar} />
      ))}
    </tbody>
  );
}

function EntryRow({ entry, calendar }: { entry: Entry; calendar: Calendar }) {
  const zone = useZone();
  const services = entry.services.map((service) => service.name).join(', ');
  const actual = actualOf(entry, zone);
  return (
    <tr>
      <td>
        <Link to={entryPath(entry)} className={classes.record}>
          <span className="mono">{entry.subject.number}</span> {entry.subject.name}
        </Link>
      </td>
      <td>
        <time
          data-planned={lookOf(entry) === 'planned' || undefined}
          dateTime={entry.window.start}
          title={`${windowText(entry.window, zone)} ${zone}`}
        >
          {hoursText(entry.window, zone)}
        </time>
        {lookOf(entry) === 'planned' && <span className="visually-hidden"> {texts.planned}</span>}
        {actual && <div className="soft">{actual}</div>}
      </td>
      <td title={services}>{services || '–'}</td>
      <td>{wordOf(entry.environment)}</td>
      <td data-right="" data-empty={entry.outage_minutes === 0 || undefined}>
        {entry.outage_minutes > 0 ? minutes(entry.outage_minutes) : '–'}
      </td>
      <td>
        <Tier tier={entry.tier} />
      </td>
      <td>
        <StatePill word={entry.phase} />
        {entry.awaits_approval && <div className="soft">{texts.awaitsApproval}</div>}
      </td>
      <td data-empty={conflictsOf(entry, calendar.conflicts).length === 0 || undefined}>
        <ConflictBadge entry={entry} conflicts={calendar.conflicts} zone={zone} />
      </td>
    </tr>
  );
}
