// What the gate answered last about what a record ships: a lamp, why, and until when.
import { useQuery } from '@tanstack/react-query';
import { get } from '@/lib/client';
import { useInZone } from '@/lib/inZone';
import type { Lamp, Page, Schema } from '@/lib/schema';
import { LampMark } from '../LampMark';
import { Section } from '../Page';
import { RefLink } from '../RefLink';
import { StatePill } from '../StatePill';
import { Time } from '../Time';
import { RECORD } from './texts';
import classes from './Conflicts.module.css';

export type Gate = Schema<'Gate'>;

const SHOWN_MAX = 20;
const LAMPS: Record<string, Lamp['state']> = { allow: 'clear', wait: 'waiting', deny: 'stop' };

/** Nothing as long as no pipeline asked. */
export function Gates({ record }: { record: string }) {
  const found = useQuery({
    queryKey: ['/gates', { record }],
    queryFn: ({ signal }) => get<Page<Gate>>('/gates', { record, limit: SHOWN_MAX }, signal),
  });
  const rows = found.data?.items ?? [];
  if (rows.length === 0) return null;
  return (
    <Section title={RECORD.gates} flush>
      <ul className={classes.list}>
        {rows.map((row) => (
          <li key={row.id} className={classes.item}>
            <GateLine gate={row} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

export function GateLine({ gate }: { gate: Gate }) {
  const local = useInZone();
  const { artifact, seen, verdict } = gate;
  return (
    <>
      <div className={classes.head}>
        <LampMark state={LAMPS[verdict ?? ''] ?? 'not_needed'} />
        {verdict && <StatePill word={verdict} />}
        <strong>{artifact.name ?? RECORD.gateNameless}</strong>
        <span>
          {RECORD.gateTo} {gate.environment}
          {gate.purpose === 'rollback' && ` (${RECORD.gateRollback})`}
        </span>
        {gate.records.map((record) => (
          <RefLink key={record.id} record={record} show="number" />
        ))}
        {gate.since && (
          <span className={classes.overlap}>
            {RECORD.gateSince} <Time at={gate.since} />
          </span>
        )}
      </div>
      <p className={classes.accepted}>
        <span className="mono">{artifact.digest}</span>
      </p>
      {gate.reasons.map((reason) => (
        <p key={reason.code + reason.sentence} className={classes.detail}>
          {local(reason.sentence)}
          {reason.waits_for && reason.waits_for.length > 0 && (
            <>
              {' · '}
              {RECORD.gateWaitsFor} {reason.waits_for.join(', ')}
            </>
          )}
        </p>
      ))}
      {seen && (
        <p className={classes.detail}>
          {RECORD.gateSeen} <Time at={seen.at} />
          {seen.ci && ` ${RECORD.gateOn} ${seen.ci}`}
          {seen.by && ` ${RECORD.gateBy} ${seen.by}`}
          {seen.unauthorised && (
            <>
              {' · '}
              <StatePill word="unauthorised" label={RECORD.unauthorised} tone="stop" />{' '}
              <RefLink record={seen.unauthorised} show="number" />
            </>
          )}
        </p>
      )}
    </>
  );
}
