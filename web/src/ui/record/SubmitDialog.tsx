// Before a record whose window is blocked is submitted: what blocks it, and that it still will.
import type { Schema } from '@/lib/schema';
import type { Verb } from '@/lib/verb';
import { Dialog } from '../Dialog';
import { ConflictLines } from './ConflictLines';
import { RECORD } from './texts';

interface Props {
  number: string;
  /** Those that block it. */
  blockers: Schema<'Conflict'>[];
  send: Verb;
  onClose: () => void;
}

export function SubmitDialog({ number, blockers, send, onClose }: Props) {
  return (
    <Dialog
      title={RECORD.submitTitle(number)}
      submit={RECORD.submitAll}
      busy={send.busy}
      problem={send.problem}
      onClose={() => {
        send.clear();
        onClose();
      }}
      onSubmit={() => send.run('submit')}
    >
      <p>{RECORD.submitBlocked(blockers.length)}</p>
      <ConflictLines conflicts={blockers} />
    </Dialog>
  );
}
