// How a release stands: what blocks its date or how the work went, its conflicts, who is told.
import type { UseQueryResult } from '@tanstack/react-query';
import { paths } from '@/app/paths';
import { useInZone } from '@/lib/inZone';
import type { Schema } from '@/lib/schema';
import { LampMark } from '@/ui/LampMark';
import { Link } from '@/ui/Link';
import { Facts, Section } from '@/ui/Page';
import { blockersFirst } from '@/ui/record/blockersFirst';
import { ConflictLines } from '@/ui/record/ConflictLines';
import { RefLink } from '@/ui/RefLink';
import { StatePill } from '@/ui/StatePill';
import { ErrorState } from '@/ui/States';
import { LAMP_STATES, sentence, wordOf } from '@/ui/texts';
import { Time } from '@/ui/Time';
import type { Communication } from '../noticeQueries';
import { NOTICES } from '../noticeTexts';
import type { Release } from '../queries';
import { isAhead, SHOWN } from '../summary';
import { SUMMARY } from '../summaryTexts';
import { READINESS } from '../texts';
import { More, Rest } from './SummaryMore';
import classes from './summary.module.css';

interface StandsProps {
  release: Release;
  board: UseQueryResult<Schema<'Readiness'>>;
}

/** Until work begins its date can be lost; after that it is how the work goes or went. */
export function Stands({ release, board }: StandsProps) {
  return isAhead(release.phase) ? (
    <Blocks release={release} board={board} />
  ) : (
    <Work release={release} />
  );
}

function Blocks({ release, board }: StandsProps) {
  // What blocks stands first in the answer.
  const open = board.data?.items.filter((item) => ['stop', 'waiting'].includes(item.state)) ?? [];
  return (
    <Section title={SUMMARY.blocks} aside={<More number={release.number} tab="readiness" />}>
      {board.error && <ErrorState error={board.error} retry={() => void board.refetch()} />}
      {board.data && open.length === 0 && <p className="soft">{SUMMARY.nothingBlocks}</p>}
      <ul className={classes.rows}>
        {open.slice(0, SHOWN.blocks).map((item, index) => (
          <li key={index} className={classes.lamp}>
            <LampMark state={item.state} size={14} />
            <Block item={item} />
          </li>
        ))}
      </ul>
      <Rest count={open.length - SHOWN.blocks} to={paths.release(release.number, 'readiness')} />
    </Section>
  );
}

function Block({ item }: { item: Schema<'ReadinessItem'> }) {
  const local = useInZone();
  return (
    <div>
      <p>
        <span className="visually-hidden">{LAMP_STATES[item.state]}: </span>
        <strong>{READINESS.kind[item.kind] ?? wordOf(item.kind)}</strong>{' '}
        {item.record && <RefLink record={item.record} />}
      </p>
      <p className={classes.clamp}>{sentence(local(item.detail))}</p>
      {item.who.length > 0 && (
        <p className={classes.line}>
          {READINESS.who} {item.who.join(', ')}
        </p>
      )}
    </div>
  );
}

function Work({ release }: { release: Release }) {
  const { deployment, outcome } = release;
  if (!deployment) {
    return (
      <Section title={SUMMARY.deployment}>
        <p className="soft">{SUMMARY.neverDeployed}</p>
      </Section>
    );
  }
  const count = (state: string) => deployment.steps.filter((step) => step.state === state).length;
  const failed = count('failed');
  const steps = SUMMARY.steps(count('done'), deployment.steps.length);
  return (
    <Section title={SUMMARY.deployment} aside={<More number={release.number} tab="run" />}>
      <Facts
        facts={[
          [SUMMARY.state, <StatePill key="state" word={deployment.state} />],
          [SUMMARY.progress, failed > 0 ? `${steps}, ${SUMMARY.failed(failed)}` : steps],
          [SUMMARY.began, <Time key="began" at={deployment.started_at} show="full" />],
          [
            SUMMARY.ended,
            <Time key="ended" at={deployment.finished_at} show="full" none={SUMMARY.runs} />,
          ],
          [SUMMARY.outcome, outcome ? <StatePill key="o" word={outcome} /> : SUMMARY.notClosed],
        ]}
      />
      {deployment.rollback && <p className={classes.stop}>{deployment.rollback.reason}</p>}
    </Section>
  );
}

export function Conflicts({ release }: { release: Release }) {
  const { number, window } = release;
  const open = blockersFirst(release.conflicts.filter(({ state }) => state === 'open'));
  return (
    <Section title={SUMMARY.conflicts} aside={<More number={number} tab="conflicts" />}>
      {open.length === 0 && (
        <p className="soft">{window ? SUMMARY.noConflicts : SUMMARY.conflictsUnknown}</p>
      )}
      {open.length > 0 && (
        <div className={classes.sentences}>
          <ConflictLines conflicts={open.slice(0, SHOWN.conflicts)} />
        </div>
      )}
      <Rest count={open.length - SHOWN.conflicts} to={paths.release(number, 'conflicts')} />
    </Section>
  );
}

interface NoticesProps {
  release: Release;
  plan: UseQueryResult<Communication>;
}

export function Notices({ release, plan }: NoticesProps) {
  const found = plan.data;
  const { updates } = release;
  return (
    <Section title={SUMMARY.notices} aside={<More number={release.number} tab="notices" />}>
      {plan.error && <ErrorState error={plan.error} retry={() => void plan.refetch()} />}
      {found && <Readers plan={found} />}
      {found && (
        <ul className={classes.rows}>
          {found.moments
            .filter((moment) => moment.state !== 'not_needed')
            .map((moment) => (
              <li key={moment.moment}>
                {NOTICES.moment[moment.moment]}{' '}
                <StatePill
                  word={moment.state}
                  label={NOTICES.state[moment.state]}
                  tone={moment.state === 'told' ? 'clear' : undefined}
                />{' '}
                {(moment.due_at ?? moment.told_at) && (
                  <Time at={moment.due_at ?? moment.told_at} show="full" />
                )}
              </li>
            ))}
        </ul>
      )}
      {updates && (
        <p className={classes.line}>{SUMMARY.updates(updates.every_minutes, updates.place)}</p>
      )}
    </Section>
  );
}

function Readers({ plan }: { plan: Communication }) {
  const audiences = plan.audience
    .filter((count) => count.people > 0)
    .map((count) => `${NOTICES.audience[count.audience]} ${count.people}`);
  return (
    <>
      <p>
        <strong>{NOTICES.people(plan.people)}</strong>{' '}
        <span className="soft">{audiences.join(', ')}</span>
      </p>
      {plan.groups.length === 0 && (
        <p className="soft">
          {SUMMARY.noReaders} <Link to={paths.userGroups}>{NOTICES.userGroups}</Link>
        </p>
      )}
    </>
  );
}
