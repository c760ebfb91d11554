// What the log holds about a record, newest first: who did what, when, why, and what each field was
// before and after.
import { inZone } from '@/lib/inZone';
import { usePages } from '@/lib/pages';
import type { Schema } from '@/lib/schema';
import { useZone } from '@/lib/session';
import { fieldPath } from '../fieldNames';
import { RefLink } from '../RefLink';
import { ShowMore } from '../ShowMore';
import { EmptyState, ErrorState, RowsSkeleton } from '../States';
import { Time } from '../Time';
import { wordOf } from '../texts';
import { RECORD } from './texts';
import classes from './History.module.css';

type Event = Schema<'Event'>;

/** How many fields are shown without being asked for. */
const SHOWN_MAX = 6;

export function History({ subject }: { subject: string }) {
  const pages = usePages<Event>('/audit/events', { subject });
  if (pages.error) return <ErrorState error={pages.error} retry={pages.retry} />;
  if (!pages.rows) return <RowsSkeleton rows={6} />;
  if (pages.rows.length === 0) return <EmptyState icon="audit" title={RECORD.noHistory} />;
  return (
    <div>
      <EventList events={pages.rows} />
      <ShowMore pages={pages} />
    </div>
  );
}

interface ListProps {
  events: Event[];
  /** Events of many records: each says which, and leads there. */
  recordPath?: (event: Event) => string | undefined;
}

export function EventList({ events, recordPath }: ListProps) {
  return (
    <ol className={classes.events}>
      {events.map((event) => (
        <li key={event.id}>
          <Time at={event.at} show="full" />
          <div>
            <Told event={event} recordPath={recordPath} />
            <Fields event={event} />
            <details className={classes.entry}>
              <summary>{RECORD.entry}</summary>
              <p>
                {event.name} ·{' '}
                {event.position !== null && event.position !== undefined
                  ? `log ${event.position} · `
                  : ''}
                version {event.version} · sha256 {event.digest}
              </p>
            </details>
          </div>
          <span className="soft">{event.who}</span>
        </li>
      ))}
    </ol>
  );
}

function Told({ event, recordPath }: { event: Event; recordPath?: ListProps['recordPath'] }) {
  const zone = useZone();
  return (
    <>
      <p className={classes.what}>{inZone(event.what, zone)}</p>
      {recordPath && (
        <p className={classes.record}>
          <span className="soft">{wordOf(event.kind)}</span>{' '}
          {event.record && <RefLink record={event.record} to={recordPath(event)} />}
        </p>
      )}
      {typeof event.policy === 'number' && (
        <p className="soft">{RECORD.decidedUnder(event.policy)}</p>
      )}
      {event.why && <p className={classes.why}>“{inZone(event.why, zone)}”</p>}
    </>
  );
}

/** The fields of one event; of a new record, which sets many, behind a summary. */
function Fields({ event }: { event: Event }) {
  const zone = useZone();
  const fields = event.fields ?? [];
  if (fields.length === 0) return null;
  const table = (
    <table className={classes.fields}>
      <thead>
        <tr>
          <th scope="col">{RECORD.altered.field}</th>
          <th scope="col">{RECORD.altered.before}</th>
          <th scope="col">{RECORD.altered.after}</th>
        </tr>
      </thead>
      <tbody>
        {fields.map(({ field, before, after }) => (
          <tr key={field}>
            <th scope="row">{fieldPath(field)}</th>
            <td>{inZone(before ?? '–', zone)}</td>
            <td>{inZone(after ?? '–', zone)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
  if (fields.length <= SHOWN_MAX && event.version > 1) return table;
  return (
    <details className={classes.entry}>
      <summary>{RECORD.fields(fields.length)}</summary>
      {table}
    </details>
  );
}
