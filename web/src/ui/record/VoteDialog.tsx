// Answers an open round: approve or abstain with a remark, reject with a reason.
import type { Schema } from '@/lib/schema';
import type { Verb } from '@/lib/verb';
import { ReasonDialog } from '../Dialog';
import { blocks } from './blockersFirst';
import { ConflictLines } from './ConflictLines';
import { RECORD } from './texts';
import { useConflicts } from './useConflicts';
import { castVote, type Answer } from './vote';

interface Props {
  answer: Answer;
  /** The number of the record, for what blocks its window. */
  number: string;
  name: string;
  round: Schema<'Round'>;
  verb: Verb;
  onClose: () => void;
}

export function VoteDialog({ answer, number, name, round, verb, onClose }: Props) {
  const blockers = useConflicts(number).data?.filter(blocks) ?? [];
  const rejecting = answer === 'reject';
  const title = { approve: RECORD.approve, reject: RECORD.reject, abstain: RECORD.abstain }[answer];
  return (
    <ReasonDialog
      title={`${title}: ${name}`}
      submit={title}
      required={rejecting}
      danger={rejecting}
      label={rejecting ? RECORD.rejectReason : RECORD.approveReason}
      busy={verb.busy}
      problem={verb.problem}
      onClose={() => {
        verb.clear();
        onClose();
      }}
      onSubmit={(reason) => castVote(verb, answer, round, reason)}
    >
      <p>{rejecting ? RECORD.rejectHelp : RECORD.approveHelp}</p>
      {answer === 'approve' && blockers.length > 0 && (
        <>
          <p>{RECORD.approveBlocked}</p>
          <ConflictLines conflicts={blockers} />
        </>
      )}
    </ReasonDialog>
  );
}
