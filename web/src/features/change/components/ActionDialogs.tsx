// The dialogs of a change's verbs: the shared ones, votes, the start of the work and its end.
import { Radio, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { Schema } from '@/lib/schema';
import type { Verb } from '@/lib/verb';
import { Dialog } from '@/ui/Dialog';
import { MeetDialog } from '@/ui/record/MeetDialog';
import { SubmitDialog } from '@/ui/record/SubmitDialog';
import { isShared, VerbDialog } from '@/ui/record/VerbDialog';
import { ANSWERS, openRound } from '@/ui/record/vote';
import { VoteDialog } from '@/ui/record/VoteDialog';
import { wordOf } from '@/ui/texts';
import type { Change } from '../queries';
import { OUTCOMES, texts } from '../texts';

interface Props {
  /** The verb whose dialog is open. */
  verb: string | undefined;
  change: Change;
  /** The conflicts that block its window. */
  blockers: Schema<'Conflict'>[];
  send: Verb;
  onClose: () => void;
}

export function ActionDialogs({ verb, change, blockers, send, onClose }: Props) {
  const close = () => {
    send.clear();
    onClose();
  };
  const answer = ANSWERS.find((each) => each === verb);
  const round = openRound(change.rounds);
  const name = `${change.number} ${change.title}`;
  if (answer && round) {
    return (
      <VoteDialog
        answer={answer}
        number={change.number}
        name={name}
        round={round}
        verb={send}
        onClose={onClose}
      />
    );
  }
  if (verb === 'meet_condition') {
    return <MeetDialog rounds={change.rounds} verb={send} onClose={onClose} />;
  }
  if (isShared(verb)) {
    const { number, window } = change;
    return <VerbDialog {...{ verb, subject: number, window, send, onClose }} />;
  }
  if (verb === 'submit') {
    return <SubmitDialog number={change.number} {...{ blockers, send, onClose }} />;
  }
  if (verb === 'complete') return <CompleteDialog send={send} onClose={close} />;
  if (verb === 'start') {
    return (
      <Dialog
        title={texts.startTitle}
        submit={texts.verbs.start}
        busy={send.busy}
        problem={send.problem}
        onClose={close}
        onSubmit={() => send.run('start')}
      >
        <p>{texts.startHelp}</p>
      </Dialog>
    );
  }
  return null;
}

/** Verbs that ask something first; the others are sent at once. */
export function asksFirst(verb: string, blocked: boolean): boolean {
  if (verb === 'submit') return blocked;
  return isShared(verb) || ['complete', 'start', 'meet_condition', ...ANSWERS].includes(verb);
}

function CompleteDialog({ send, onClose }: { send: Verb; onClose: () => void }) {
  const words = texts.complete;
  const [outcome, setOutcome] = useState('successful');
  const [note, setNote] = useState('');
  const text = note.trim();
  const noteNeeded = outcome !== 'successful';
  return (
    <Dialog
      title={words.title}
      submit={words.submit}
      busy={send.busy}
      problem={send.problem}
      disabled={noteNeeded && text === ''}
      onClose={onClose}
      onSubmit={() => send.run('complete', { outcome, ...(text ? { note: text } : {}) })}
    >
      <Radio.Group label={words.outcome} value={outcome} onChange={setOutcome}>
        {OUTCOMES.map((each) => (
          <Radio key={each} value={each} label={wordOf(each)} my={6} />
        ))}
      </Radio.Group>
      <Textarea
        label={words.note}
        description={words.noteHelp}
        withAsterisk={noteNeeded}
        autosize
        minRows={3}
        maxLength={4000}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
    </Dialog>
  );
}
