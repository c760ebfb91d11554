// What the log holds about a record, newest first: who, what, when, and the event itself.
import { Button } from '@mantine/core';
import { useContext } from 'react';
import { usePages } from '@/lib/pages';
import type { Schema } from '@/lib/schema';
import { Link, RecordPaths } from '../Link';
import { EmptyState, ErrorState, RowsSkeleton } from '../States';
import { Time } from '../Time';
import { UI, wordOf } from '../texts';
import { RECORD } from './texts';
import classes from './History.module.css';

type Event = Schema<'Event'>;

export function History({ subject }: { subject: string }) {
  const pages = usePages<Event>('/audit/events', { subject });
  if (pages.error) return <ErrorState error={pages.error} retry={pages.retry} />;
  if (!pages.rows) return <RowsSkeleton rows={6} />;
  if (pages.rows.length === 0) return <EmptyState icon="audit" title={RECORD.noHistory} />;
  return (
    <div>
      <EventList events={pages.rows} />
      {pages.more && (
        <div className={classes.foot}>
          <Button
            variant="default"
            size="compact-md"
            onClick={pages.more}
            loading={pages.loadingMore}
          >
            {UI.showMore}
          </Button>
        </div>
      )}
    </div>
  );
}

interface ListProps {
  events: Event[];
  /** Events of many records: each says which. */
  mixed?: boolean;
}

export function EventList({ events, mixed }: ListProps) {
  return (
    <ol className={classes.events}>
      {events.map((event) => (
        <li key={event.id}>
          <details>
            <summary>
              <Time at={event.at} show="full" />
              <span className={classes.what}>
                {event.what}
                {mixed && <span className="soft"> · {kindOf(event)}</span>}
              </span>
              <span className="soft">{event.who}</span>
            </summary>
            <div className={classes.inner}>
              <pre className={classes.payload} tabIndex={0} aria-label={RECORD.details}>
                {JSON.stringify(event.payload, null, 2)}
              </pre>
              {mixed && <RecordOf event={event} />}
              <p className={classes.digest}>
                {event.name} ·{' '}
                {event.position !== null && event.position !== undefined
                  ? `log ${event.position} · `
                  : ''}
                version {event.version} · {event.actor} · sha256 {event.digest}
              </p>
            </div>
          </details>
        </li>
      ))}
    </ol>
  );
}

function kindOf(event: Event): string {
  return wordOf(event.name.split('.')[0]).toLowerCase();
}

function RecordOf({ event }: { event: Event }) {
  const pathOf = useContext(RecordPaths);
  const id = event.stream.slice(event.stream.indexOf(':') + 1);
  const path = pathOf({ id, name: id });
  return path ? <Link to={path}>{RECORD.openIts(kindOf(event))}</Link> : null;
}
