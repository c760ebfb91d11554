// Names a deputy for a span of time; takes a delegation back.
import { Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Choice } from '@/lib/lookup';
import { asProblem } from '@/lib/problem';
import { useMe, useZone } from '@/lib/session';
import { useWrite } from '@/lib/write';
import { toInstant } from '@/lib/zone';
import { Dialog } from '@/ui/Dialog';
import { Pair } from '@/ui/Form';
import { PersonPicker } from '@/ui/Picker';
import type { Delegation } from '../queries';
import { ABSENCES } from '../texts';

interface NewProps {
  onClose: () => void;
  onDone: () => void;
}

export function NewDelegationDialog({ onClose, onDone }: NewProps) {
  const keeper = useMe().permissions.includes('identity.write');
  const zone = useZone();
  const [person, setPerson] = useState<Choice | null>(null);
  const [deputy, setDeputy] = useState<Choice | null>(null);
  const [from, setFrom] = useState('');
  const [until, setUntil] = useState('');
  const [reason, setReason] = useState('');
  const write = useWrite(onDone);
  const errors = asProblem(write.error).errors;
  const errorOf = (pointer: string) => errors.find((each) => each.pointer === pointer)?.detail;
  const submit = () =>
    write.mutate({
      path: '/delegations',
      body: {
        person: person?.value,
        deputy: deputy?.value,
        from: toInstant(from, zone),
        until: toInstant(until, zone),
        reason: reason.trim(),
      },
    });
  return (
    <Dialog
      title={ABSENCES.newTitle}
      submit={ABSENCES.name}
      busy={write.isPending}
      problem={write.error}
      disabled={!deputy || reason.trim() === ''}
      onClose={onClose}
      onSubmit={submit}
    >
      {keeper && (
        <PersonPicker
          name="person"
          label={ABSENCES.person}
          help={ABSENCES.personHelp}
          error={errorOf('/person')}
          value={person}
          onChange={setPerson}
        />
      )}
      <PersonPicker
        name="deputy"
        label={ABSENCES.deputy}
        help={ABSENCES.deputyHelp}
        error={errorOf('/deputy')}
        value={deputy}
        onChange={setDeputy}
      />
      <Pair>
        <TextInput
          type="datetime-local"
          label={ABSENCES.from}
          description={ABSENCES.fromHelp(zone)}
          error={errorOf('/from')}
          value={from}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <TextInput
          type="datetime-local"
          label={ABSENCES.until}
          description={ABSENCES.untilHelp}
          error={errorOf('/until')}
          min={from}
          value={until}
          onChange={(event) => setUntil(event.currentTarget.value)}
        />
      </Pair>
      <Textarea
        autosize
        minRows={2}
        label={ABSENCES.reason}
        maxLength={4000}
        error={errorOf('/reason')}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Dialog>
  );
}

interface RevokeProps {
  delegation: Delegation;
  onClose: () => void;
  onDone: () => void;
}

export function RevokeDialog({ delegation, onClose, onDone }: RevokeProps) {
  const write = useWrite(onDone);
  return (
    <Dialog
      danger
      title={ABSENCES.revokeTitle(delegation.person.name)}
      submit={ABSENCES.revoke}
      busy={write.isPending}
      problem={write.error}
      onClose={onClose}
      onSubmit={() =>
        write.mutate({
          method: 'DELETE',
          path: `/delegations/${encodeURIComponent(delegation.id)}`,
          version: delegation.version,
        })
      }
    >
      <p>{ABSENCES.revokeHelp}</p>
    </Dialog>
  );
}
