// The dialogs of a release's verbs that ask for something before they are sent.
import { Radio, Select, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useUsualMinutes } from '@/lib/lookup';
import type { Verb } from '@/lib/verb';
import { Dialog, ReasonDialog } from '@/ui/Dialog';
import { RollbackSteps } from '@/ui/record/RollbackSteps';
import { isShared, VerbDialog } from '@/ui/record/VerbDialog';
import { openRound, type Answer } from '@/ui/record/vote';
import { VoteDialog } from '@/ui/record/VoteDialog';
import { wordOf } from '@/ui/texts';
import type { Release } from '../queries';
import { RELEASE, RUN, VERB } from '../texts';

const ASKS = new Set(['approve', 'reject', 'abstain', 'rollback', 'give_up', 'close']);

export function needsDialog(verb: string, release: Release): boolean {
  if (verb === 'verify') return release.phase === 'verification';
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
  if (name === 'verify') return <VerifyDialog {...frame} send={send} />;
  if (name === 'close') return <CloseDialog {...frame} release={release} send={send} />;
  const round = openRound(release.rounds);
  if (!round) return null;
  return (
    <VoteDialog
      answer={name as Answer}
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

function VerifyDialog({ send, ...frame }: FrameProps) {
  const [passed, setPassed] = useState<string>();
  const [note, setNote] = useState('');
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
  const [outcome, setOutcome] = useState<string | null>(release.outcome ?? null);
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
        data={RELEASE.outcomes.map((each) => ({ value: each, label: wordOf(each) }))}
        value={outcome}
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
