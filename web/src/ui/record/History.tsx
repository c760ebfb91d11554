// What the log holds about a record, newest first: who, what, when, and the event itself.
import { Button } from '@mantine/core';
import { usePages } from '@/lib/pages';
import type { Schema } from '@/lib/schema';
import { EmptyState, ErrorState, RowsSkeleton } from '../States';
import { Time } from '../Time';
import { UI } from '../texts';
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

export function EventList({ events }: { events: Event[] }) {
  return (
    <ol className={classes.events}>
      {events.map((event) => (
        <li key={event.id}>
          <details>
            <summary>
              <Time at={event.at} show="full" />
              <span className={classes.what}>{event.what}</span>
              <span className="soft">{event.who}</span>
              <span className={classes.name}>{event.name}</span>
            </summary>
            <div className={classes.inner}>
              <pre className={classes.payload} tabIndex={0} aria-label={RECORD.details}>
                {JSON.stringify(event.payload, null, 2)}
              </pre>
              <p className={classes.digest}>
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
