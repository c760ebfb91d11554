// The dialogs of a release's verbs that ask for something before they are sent.
import { Radio, Select, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useUsualMinutes } from '@/lib/lookup';
import type { Verb } from '@/lib/verb';
import { Dialog, ReasonDialog } from '@/ui/Dialog';
import { blocks } from '@/ui/record/blockersFirst';
import { ConflictLines } from '@/ui/record/ConflictLines';
import { RollbackSteps } from '@/ui/record/RollbackSteps';
import { SubmitDialog } from '@/ui/record/SubmitDialog';
import { isShared, VerbDialog } from '@/ui/record/VerbDialog';
import { openRound, type Answer } from '@/ui/record/vote';
import { MeetDialog } from '@/ui/record/MeetDialog';
import { VoteDialog } from '@/ui/record/VoteDialog';
import { wordOf } from '@/ui/texts';
import { WindowTime } from '@/ui/Time';
import type { Release } from '../queries';
import { RUN, VERB } from '../texts';
import { failedOf } from '../verbs';

const ASKS = new Set([
  'approve',
  'reject',
  'abstain',
  'meet_condition',
  'deploy',
  'rollback',
  'give_up',
  'close',
]);

export function needsDialog(verb: string, release: Release): boolean {
  if (verb === 'verify') return release.phase === 'verification' || failedOf(release).length > 0;
  if (verb === 'submit') return release.conflicts.some(blocks);
  return ASKS.has(verb) || isShared(verb);
}

interface Props {
  name: string;
  release: Release;
  send: Verb;
  onClose: () => void;
}

export function ReleaseVerbDialog({ name, release, send, onClose }: Props) {
  const frame = { busy: send.busy, problem: send.problem, onClose };
  const minutes = useUsualMinutes(release.type);
  if (isShared(name)) {
    return (
      <VerbDialog
        verb={name}
        subject={release.number}
        window={release.window}
        minutes={minutes}
        send={send}
        onClose={onClose}
      />
    );
  }
  if (name === 'rollback') {
    return (
      <ReasonDialog
        {...frame}
        title={`${VERB.rollback} ${release.number}`}
        submit={RUN.rollbackDecide}
        label={RUN.rollbackReason}
        required
        danger
        onSubmit={(reason) => send.run('rollback', { reason })}
      >
        <p>{RUN.wouldUndo}</p>
        <RollbackSteps plan={release.rollback_plan} />
      </ReasonDialog>
    );
  }
  if (name === 'give_up') {
    return (
      <ReasonDialog
        {...frame}
        title={`${VERB.giveUp} · ${release.number}`}
        submit={VERB.giveUp}
        label={RUN.giveUpReason}
        required
        danger
        onSubmit={(reason) => send.run('rollback/give-up', { reason })}
      >
        <p>{RUN.giveUpHelp}</p>
      </ReasonDialog>
    );
  }
  if (name === 'submit') {
    const blockers = release.conflicts.filter(blocks);
    return <SubmitDialog number={release.number} {...{ blockers, send, onClose }} />;
  }
  if (name === 'deploy') return <DeployDialog {...frame} release={release} send={send} />;
  if (name === 'verify') return <VerifyDialog {...frame} release={release} send={send} />;
  if (name === 'close') return <CloseDialog {...frame} release={release} send={send} />;
  if (name === 'meet_condition') {
    return <MeetDialog rounds={release.rounds} verb={send} onClose={onClose} />;
  }
  const round = openRound(release.rounds);
  if (!round) return null;
  return (
    <VoteDialog
      answer={name as Answer}
      number={release.number}
      name={`${release.number} ${release.title}`}
      round={round}
      verb={send}
      onClose={onClose}
    />
  );
}

interface FrameProps {
  busy: boolean;
  problem: unknown;
  onClose: () => void;
  send: Verb;
}

/** What begins now, before it does. */
function DeployDialog({ send, release, ...frame }: FrameProps & { release: Release }) {
  const warnings = release.conflicts.filter((each) => each.state === 'open');
  return (
    <Dialog
      {...frame}
      title={RUN.deployTitle(release.number)}
      submit={VERB.deploy}
      onSubmit={() => send.run('deploy')}
    >
      <p>{RUN.deployHelp(release.changes.length)}</p>
      <p>
        {RUN.deployWindow} <WindowTime window={release.window} />
      </p>
      {warnings.length > 0 && (
        <>
          <p>{RUN.deployWarnings}</p>
          <ConflictLines conflicts={warnings} />
        </>
      )}
    </Dialog>
  );
}

function VerifyDialog({ send, release, ...frame }: FrameProps & { release: Release }) {
  const [passed, setPassed] = useState<string>();
  const [note, setNote] = useState('');
  const failed = failedOf(release);
  if (release.phase === 'deployment') {
    return (
      <Dialog
        {...frame}
        title={RUN.finishTitle}
        submit={VERB.finishWithout}
        danger
        onSubmit={() => send.run('verify')}
      >
        <p>{RUN.failedHelp(failed)}</p>
      </Dialog>
    );
  }
  return (
    <Dialog
      {...frame}
      title={RUN.verifyTitle}
      submit={VERB.verify}
      disabled={!passed}
      onSubmit={() =>
        send.run('verify', {
          passed: passed === 'yes',
          ...(note.trim() ? { note: note.trim() } : {}),
        })
      }
    >
      {failed.length > 0 && <p>{RUN.failedHelp(failed)}</p>}
      <Radio.Group label={RUN.verifyAsk} value={passed ?? ''} onChange={setPassed}>
        <Radio value="yes" label={RUN.verifyPassed} mt={8} />
        <Radio value="no" label={RUN.verifyFailed} mt={8} />
      </Radio.Group>
      <Textarea
        label={RUN.verifyNote}
        autosize
        minRows={3}
        maxLength={4000}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
    </Dialog>
  );
}

function CloseDialog({ send, release, ...frame }: FrameProps & { release: Release }) {
  const { outcomes } = release;
  const [outcome, setOutcome] = useState<string | null>(
    outcomes.length === 1 ? (outcomes[0] ?? null) : null,
  );
  const [note, setNote] = useState('');
  return (
    <Dialog
      {...frame}
      title={RUN.closeTitle}
      submit={VERB.close}
      disabled={!outcome}
      onSubmit={() => send.run('close', { outcome, ...(note.trim() ? { note: note.trim() } : {}) })}
    >
      <Select
        label={RUN.closeOutcome}
        withAsterisk
        allowDeselect={false}
        data={outcomes.map((each) => ({ value: each, label: wordOf(each) }))}
        value={outcome}
        description={outcome ? undefined : RUN.outcomeMissing}
        onChange={setOutcome}
      />
      <Textarea
        label={RUN.closeNote}
        autosize
        minRows={3}
        maxLength={4000}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
    </Dialog>
  );
}
