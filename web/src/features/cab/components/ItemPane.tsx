// One item with all that is needed to decide: readiness, risk, conflicts, the way back, approvals so
// far, what was edited; and the answers, which are votes on the record itself.
import { useState } from 'react';
import { pathOf, paths } from '@/app/paths';
import { useKeys } from '@/lib/keys';
import type { Schema } from '@/lib/schema';
import { useVerb } from '@/lib/verb';
import { verbs } from '@/ui/actions';
import { ActionButton } from '@/ui/Actions';
import { Link } from '@/ui/Link';
import { Section } from '@/ui/Page';
import { Prose } from '@/ui/Prose';
import { AdviceSection } from '@/ui/record/AdviceSection';
import { Conflicts } from '@/ui/record/Conflicts';
import { PartDifferences, recordPath } from '@/ui/record/PartDifferences';
import { RollbackSteps } from '@/ui/record/RollbackSteps';
import { Rounds } from '@/ui/record/Rounds';
import { RECORD } from '@/ui/record/texts';
import { useConflicts } from '@/ui/record/useConflicts';
import { ANSWERS, openRound, type Answer } from '@/ui/record/vote';
import { VoteDialog } from '@/ui/record/VoteDialog';
import { RefLink } from '@/ui/RefLink';
import { RiskBars } from '@/ui/RiskBars';
import { Route } from '@/ui/Route';
import { ErrorState, PartSkeleton } from '@/ui/States';
import { StatePill, Tier } from '@/ui/StatePill';
import { WindowTime } from '@/ui/Time';
import {
  subjectPath,
  useSubject,
  type Change,
  type Item,
  type Release,
  type Subject,
} from '../queries';
import { MEETING } from '../texts';
import classes from './cab.module.css';

const WORDS: Record<Answer, string> = {
  approve: MEETING.approved,
  reject: MEETING.rejected,
  abstain: MEETING.abstained,
};
const KEYS: Partial<Record<Answer, string>> = { approve: 'a', reject: 'r' };

export function ItemPane({ item }: { item: Item }) {
  const subject = useSubject(item);
  return (
    <article className={classes.pane} aria-label={item.subject.name}>
      {subject.error && <ErrorState error={subject.error} retry={() => void subject.refetch()} />}
      {subject.isPending && <PartSkeleton height={480} />}
      {subject.data && <Decide item={item} subject={subject.data} />}
    </article>
  );
}

function Decide({ item, subject }: { item: Item; subject: Subject }) {
  const { record } = subject;
  const [answer, setAnswer] = useState<Answer>();
  const round = openRound(record.rounds);
  const verb = useVerb(subjectPath(item), undefined, () => setAnswer(undefined));
  const texts = ANSWERS.map((name) => [
    name,
    {
      label: WORDS[name],
      key: KEYS[name],
      danger: name === 'reject',
      run: () => setAnswer(name),
    },
  ]);
  const votes = round ? verbs(record.actions, Object.fromEntries(texts)) : [];
  useKeys(
    MEETING.onTable,
    votes
      .filter((vote) => vote.key && vote.allowed)
      .map((vote) => ({ keys: vote.key ?? '', label: vote.label, run: vote.run })),
  );
  return (
    <>
      <header className={classes.head}>
        <div>
          <h2>
            <span className={classes.number}>{record.number}</span> {record.title}
          </h2>
          <p className={classes.meta}>
            <StatePill word={record.type} />
            <WindowTime window={record.window} />
            <Link to={pathOf(item.subject) ?? '#'}>{MEETING.whole}</Link>
          </p>
        </div>
        <div className={classes.votes}>
          {votes.map((vote) => (
            <ActionButton key={vote.name} item={vote} primary={vote.name === 'approve'} />
          ))}
        </div>
      </header>
      <Route lamps={record.route} label={MEETING.ready} />
      <PartDifferences path={recordPath(subject.kind, record.number)} rounds={record.rounds} />
      <div className={classes.two}>
        <Section title={MEETING.risk}>
          <RiskBars risk={record.risk} />
        </Section>
        <Section title={MEETING.back2}>
          <WayBack subject={subject} />
        </Section>
      </div>
      {subject.kind === 'release' ? (
        <Bundle release={subject.record} />
      ) : (
        <Single change={subject.record} />
      )}
      <Section title={MEETING.round} flush>
        <Rounds rounds={record.rounds} />
      </Section>
      {answer && round && (
        <VoteDialog
          answer={answer}
          number={record.number}
          name={`${record.number} ${record.title}`}
          round={round}
          verb={verb}
          onClose={() => setAnswer(undefined)}
        />
      )}
    </>
  );
}

function WayBack({ subject }: { subject: Subject }) {
  if (subject.kind === 'release') return <RollbackSteps plan={subject.record.rollback_plan} />;
  const { cannot_be_undone: never, backout_plan: plan, backout_minutes: minutes } = subject.record;
  return (
    <>
      {typeof minutes === 'number' && (
        <p>
          <strong>{RECORD.backMinutes}:</strong> <span className="num">{minutes}</span>
        </p>
      )}
      {never && (
        <p className={classes.never}>
          <strong>{MEETING.never}:</strong> {never}
        </p>
      )}
      <Prose text={plan} />
    </>
  );
}

function Single({ change }: { change: Change }) {
  const conflicts = useConflicts(change.number);
  return (
    <>
      <Section title={MEETING.plan}>
        <Prose text={change.implementation_plan} />
      </Section>
      {conflicts.error && <ErrorState error={conflicts.error} />}
      {conflicts.data && <Collisions conflicts={conflicts.data} />}
      <AdviceSection change={change} newRelease={paths.newRelease} />
    </>
  );
}

function Collisions({ conflicts }: { conflicts: Schema<'Conflict'>[] }) {
  return (
    <Section title={MEETING.conflicts} flush={conflicts.length > 0}>
      {conflicts.length > 0 ? (
        <Conflicts conflicts={conflicts} acceptable={false} />
      ) : (
        <p className="soft">{MEETING.noConflicts}</p>
      )}
    </Section>
  );
}

function Bundle({ release }: { release: Release }) {
  return (
    <>
      <Section title={MEETING.changes}>
        <ol className={classes.bundle}>
          {release.changes.map((row) => (
            <li key={row.id}>
              <RefLink record={{ id: row.id, number: row.number, name: row.title }} />
              <span className={classes.top}>
                <Tier tier={row.tier} />
                <StatePill word={row.phase} />
              </span>
            </li>
          ))}
        </ol>
      </Section>
      <Collisions conflicts={release.conflicts} />
    </>
  );
}
