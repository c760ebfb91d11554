// The history of a record from the log: who did what and when, newest first, the payload on demand.
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Pages } from '@/lib/pages';
import type { Schema } from '@/lib/schema';
import { EmptyState, ErrorState, RowsSkeleton } from './States';
import { Time } from './Time';
import { UI } from './texts';
import classes from './History.module.css';

type LogEvent = Schema<'Event'>;

interface Props {
  pages: Pages<LogEvent>;
  empty?: string;
}

export function History({ pages, empty }: Props) {
  if (pages.error) return <ErrorState error={pages.error} retry={pages.retry} />;
  if (pages.loading) return <RowsSkeleton />;
  if (!pages.rows?.length) return <EmptyState title={empty ?? 'Nothing has happened yet.'} />;
  return (
    <>
      <ol className={classes.events}>
        {pages.rows.map((event) => (
          <EventLine key={event.id} event={event} />
        ))}
      </ol>
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
    </>
  );
}

function EventLine({ event }: { event: LogEvent }) {
  const [open, setOpen] = useState(false);
  return (
    <li className={classes.event}>
      <div className={classes.line}>
        <span className={classes.what}>{event.what}</span>
        <span className={classes.who}>{event.who}</span>
        <span className={classes.when}>
          <Time at={event.at} />
        </span>
        <button
          type="button"
          className={classes.toggle}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {open ? 'Hide' : 'Details'}
          <span className="visually-hidden"> of {event.what}</span>
        </button>
      </div>
      {open && <EventDetails event={event} />}
    </li>
  );
}

export function EventDetails({ event }: { event: LogEvent }) {
  return (
    <div className={classes.details}>
      <dl className={classes.facts}>
        <dt>Event</dt>
        <dd className="mono">{event.name}</dd>
        <dt>Actor</dt>
        <dd className="mono">{event.actor}</dd>
        <dt>Stream</dt>
        <dd className="mono">
          {event.stream} · {event.version}
        </dd>
        <dt>Position</dt>
        <dd className="mono">{event.position ?? 'not numbered yet'}</dd>
        <dt>Digest</dt>
        <dd className="mono">{event.digest}</dd>
      </dl>
      <pre className={classes.payload} tabIndex={0} aria-label={`Payload of ${event.name}`}>
        {JSON.stringify(event.payload, null, 2)}
      </pre>
    </div>
  );
}
