// Marks the condition of an approval met.
import { Radio } from '@mantine/core';
import { useState } from 'react';
import type { Schema } from '@/lib/schema';
import type { Verb } from '@/lib/verb';
import { ReasonDialog } from '../Dialog';
import { RECORD } from './texts';
import { openConditions } from './vote';

interface Props {
  rounds: Schema<'Round'>[];
  verb: Verb;
  onClose: () => void;
}

export function MeetDialog({ rounds, verb, onClose }: Props) {
  const open = openConditions(rounds);
  const [voter, setVoter] = useState(open.length === 1 ? open[0]?.person.id : undefined);
  const send = (note: string | undefined) =>
    verb.run('condition/meet', { voter, ...(note ? { note } : {}) }, false);
  return (
    <ReasonDialog
      title={RECORD.meetTitle}
      submit={RECORD.meet}
      label={RECORD.meetNote}
      busy={verb.busy}
      problem={verb.problem}
      onClose={() => {
        verb.clear();
        onClose();
      }}
      onSubmit={send}
    >
      <Radio.Group label={RECORD.meetWhich} value={voter ?? ''} onChange={setVoter}>
        {open.map((vote) => (
          <Radio
            key={vote.person.id}
            value={vote.person.id}
            my={6}
            label={vote.condition?.text}
            description={RECORD.meetOf(vote.person.name, vote.condition?.person.name ?? '')}
          />
        ))}
      </Radio.Group>
    </ReasonDialog>
  );
}
