// Answers an open round: approve, also under a condition, or abstain with a remark, reject with a
// reason.
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Choice } from '@/lib/lookup';
import type { Schema } from '@/lib/schema';
import type { Verb } from '@/lib/verb';
import { ReasonDialog } from '../Dialog';
import { PersonPicker } from '../Picker';
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
  const [text, setText] = useState('');
  const [person, setPerson] = useState<Choice | null>(null);
  const [missing, setMissing] = useState(false);
  const condition = text.trim();
  const submit = (reason: string | undefined) => {
    if (condition && !person) setMissing(true);
    else if (condition && person) {
      castVote(verb, answer, round, {
        reason,
        condition: { text: condition, person: person.value },
      });
    } else castVote(verb, answer, round, { reason });
  };
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
      onSubmit={submit}
    >
      <p>{rejecting ? RECORD.rejectHelp : RECORD.approveHelp}</p>
      {answer === 'approve' && (
        <>
          <TextInput
            label={RECORD.condition}
            description={RECORD.conditionHelp}
            maxLength={4000}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          {condition !== '' && (
            <PersonPicker
              label={RECORD.conditionPerson}
              required
              error={missing && !person ? RECORD.conditionPersonMissing : undefined}
              value={person}
              onChange={setPerson}
            />
          )}
        </>
      )}
      {answer === 'approve' && blockers.length > 0 && (
        <>
          <p>{RECORD.approveBlocked}</p>
          <ConflictLines conflicts={blockers} />
        </>
      )}
    </ReasonDialog>
  );
}
