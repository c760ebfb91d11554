// Puts an item on the agenda by its number.
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Verb } from '@/lib/verb';
import { Dialog } from '@/ui/Dialog';
import { MEETING } from '../texts';

export function AddDialog({ verb, onClose }: { verb: Verb; onClose: () => void }) {
  const [subject, setSubject] = useState('');
  return (
    <Dialog
      title={MEETING.addTitle}
      submit={MEETING.add}
      busy={verb.busy}
      problem={verb.problem}
      disabled={subject.trim() === ''}
      onClose={onClose}
      onSubmit={() => verb.run('add', { subject: subject.trim() })}
    >
      <p>{MEETING.addHelp}</p>
      <TextInput
        data-autofocus
        label={MEETING.addLabel}
        placeholder="REL-17"
        value={subject}
        onChange={(event) => setSubject(event.currentTarget.value)}
      />
    </Dialog>
  );
}
