// The exceptions about a record, the newest first, each with what is left of it.
import { useQuery } from '@tanstack/react-query';
import { span } from '@/lib/dates';
import { get } from '@/lib/client';
import type { Page, Schema } from '@/lib/schema';
import { Section } from '../Page';
import { RefLink } from '../RefLink';
import { StatePill } from '../StatePill';
import { Time, useNow } from '../Time';
import { RECORD } from './texts';
import classes from './Conflicts.module.css';

type Exception = Schema<'Exception'>;

const SHOWN_MAX = 20;
const SECOND = 1000;

/** Nothing as long as there is none: the record's page says how to ask for one. */
export function Exceptions({ subject }: { subject: string }) {
  const found = useQuery({
    queryKey: ['/exceptions', { subject }],
    queryFn: ({ signal }) =>
      get<Page<Exception>>('/exceptions', { subject, limit: SHOWN_MAX }, signal),
  });
  const rows = found.data?.items ?? [];
  if (rows.length === 0) return null;
  return (
    <Section title={RECORD.exceptions} flush>
      <ul className={classes.list}>
        {rows.map((row) => (
          <li key={row.id} className={classes.item}>
            <ExceptionLine exception={row} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

export function ExceptionLine({ exception }: { exception: Exception }) {
  return (
    <>
      <div className={classes.head}>
        <StatePill word={exception.state} />
        <span className="mono">{exception.number}</span>
        <strong>{RECORD.exceptionFrom[exception.rule] ?? exception.rule}</strong>
        <span>
          <RefLink record={exception.subject} /> {RECORD.exceptionAgainst}{' '}
          <RefLink record={exception.with} />
        </span>
        <span className={classes.overlap}>
          <Countdown exception={exception} />
        </span>
      </div>
      <p className={classes.detail}>“{exception.reason}”</p>
      <p className={classes.accepted}>
        {RECORD.exceptionAskedBy} {exception.asked_by?.name ?? '–'},{' '}
        <Time at={exception.asked_at} />
        {exception.decided && (
          <>
            {' · '}
            {exception.state === 'refused' ? RECORD.refusedBy : RECORD.grantedBy}{' '}
            {exception.decided.by}, <Time at={exception.decided.at} />
            {exception.decided.note && `: “${exception.decided.note}”`}
          </>
        )}
        {exception.revoked && (
          <>
            {' · '}
            {RECORD.revokedBy} {exception.revoked.by}, <Time at={exception.revoked.at} />: “
            {exception.revoked.note}”
          </>
        )}
      </p>
    </>
  );
}

/** What is left, to the second once it is short. */
function Countdown({ exception }: { exception: Exception }) {
  const now = useNow(SECOND);
  const left = new Date(exception.until).getTime() - now.getTime();
  const runs = exception.state === 'granted' || exception.state === 'requested';
  if (!runs || left <= 0) return <Time at={exception.until} show="full" />;
  const minute = 60 * SECOND;
  const text = left < minute ? `${Math.ceil(left / SECOND)} s` : span(left);
  return (
    <span>
      {RECORD.exceptionEndsIn} <span className="num">{text}</span> (
      <Time at={exception.until} show="full" />)
    </span>
  );
}
