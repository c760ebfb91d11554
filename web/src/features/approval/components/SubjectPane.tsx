// The record that waits, with all that is needed to decide, and the answers.
import { Skeleton } from '@mantine/core';
import { useState } from 'react';
import { pathOf } from '@/app/paths';
import { useKeys } from '@/lib/keys';
import { useVerb } from '@/lib/verb';
import { verbs, type ActionItem } from '@/ui/actions';
import { ActionButton } from '@/ui/Actions';
import { Link } from '@/ui/Link';
import { OnHold } from '@/ui/record/OnHold';
import { RECORD } from '@/ui/record/texts';
import { ANSWERS, openRound, type Answer } from '@/ui/record/vote';
import { VoteDialog } from '@/ui/record/VoteDialog';
import { Route } from '@/ui/Route';
import { say } from '@/ui/say';
import { ErrorState } from '@/ui/States';
import { StatePill } from '@/ui/StatePill';
import { WindowTime } from '@/ui/Time';
import { subjectPath, useSubject, type ApprovalRow, type Subject } from '../queries';
import { APPROVAL } from '../texts';
import { SubjectBody } from './SubjectBody';
import classes from './approval.module.css';

interface Props {
  row: ApprovalRow;
  onBack: () => void;
}

export function SubjectPane({ row, onBack }: Props) {
  const subject = useSubject(row);
  return (
    <article className={classes.pane} aria-label={row.subject.name}>
      <button type="button" className={classes.back} onClick={onBack}>
        {APPROVAL.back}
      </button>
      {subject.error && <ErrorState error={subject.error} retry={() => void subject.refetch()} />}
      {subject.isPending && <PaneSkeleton />}
      {subject.data && <Decide row={row} subject={subject.data} />}
    </article>
  );
}

function Decide({ row, subject }: { row: ApprovalRow; subject: Subject }) {
  const { record } = subject;
  const [answer, setAnswer] = useState<Answer>();
  const round = openRound(record.rounds);
  const verb = useVerb(subjectPath(row), undefined, (done) => {
    setAnswer(undefined);
    say(APPROVAL.sent(record.number, APPROVAL.answers[done as Answer] ?? done));
  });
  const votes = round ? voteItems(subject, setAnswer) : [];
  const [resume] = record.held
    ? verbs(record.actions, { resume: { label: RECORD.resume, run: () => verb.run('resume') } })
    : [];
  useVoteKeys(votes);
  return (
    <>
      <header className={classes.head}>
        <div className={classes.words}>
          <h2>
            <span className={classes.number}>{record.number}</span> {record.title}
          </h2>
          <p className={classes.facts}>
            <StatePill word={record.type} tone={record.type === 'emergency' ? 'stop' : 'neutral'} />
            <WindowTime window={record.window} />
            <Link to={pathOf(row.subject) ?? '#'}>{APPROVAL.openRecord}</Link>
          </p>
        </div>
        <div className={classes.votes}>
          {votes.map((item) => (
            <ActionButton key={item.name} item={item} primary={item.name === 'approve'} />
          ))}
        </div>
      </header>
      <OnHold hold={record.hold} resume={resume} />
      <Route lamps={record.route} label={`Route of ${record.number}`} />
      <SubjectBody subject={subject} round={round} />
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

function voteItems(subject: Subject, ask: (answer: Answer) => void): ActionItem[] {
  const keys: Partial<Record<Answer, string>> = { approve: 'a', reject: 'r' };
  return verbs(
    subject.record.actions,
    Object.fromEntries(
      ANSWERS.map((name) => [
        name,
        {
          label: RECORD[name],
          key: keys[name],
          danger: name === 'reject',
          run: () => ask(name),
        },
      ]),
    ),
  );
}

function useVoteKeys(votes: ActionItem[]) {
  useKeys('This approval', [
    ...votes
      .filter((item) => item.key && item.allowed)
      .map((item) => ({ keys: item.key ?? '', label: item.label, run: item.run })),
    {
      keys: 'd',
      label: APPROVAL.difference,
      run: () => document.getElementById('differences')?.scrollIntoView({ block: 'start' }),
    },
  ]);
}

function PaneSkeleton() {
  return (
    <div className={classes.skeleton} aria-busy="true">
      <Skeleton height={28} width="60%" />
      <Skeleton height={122} />
      <Skeleton height={180} />
      <Skeleton height={180} />
    </div>
  );
}
