// Asks for an exception: a rule, the record that is to pass, why, and until when.
import { Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Ref } from '@/lib/schema';
import { useZone } from '@/lib/session';
import { useWrite } from '@/lib/write';
import { toInstant } from '@/lib/zone';
import type { ActionItem } from '../actions';
import { Dialog } from '../Dialog';
import { useOffer } from '../offer';
import { say } from '../say';
import { RECORD } from './texts';

/** What an exception would be from. */
export interface Wanted {
  rule: string;
  /** The record that is to pass, by number or id. */
  subject: string;
  /** What the rule holds against it. */
  with: Pick<Ref, 'id' | 'name'>;
}

export function AskException({ wanted, onClose }: { wanted: Wanted; onClose: () => void }) {
  const zone = useZone();
  const [reason, setReason] = useState('');
  const [until, setUntil] = useState('');
  const write = useWrite((made) => {
    say(RECORD.exceptionAsked(made.number ?? made.id));
    onClose();
  });
  const ends = toInstant(until, zone);
  const submit = () =>
    write.mutate({
      path: '/exceptions',
      body: {
        rule: wanted.rule,
        subject: wanted.subject,
        with: wanted.with.id,
        reason: reason.trim(),
        until: ends,
      },
    });
  return (
    <Dialog
      title={RECORD.exceptionTitle}
      submit={RECORD.exceptionAsk}
      onClose={onClose}
      onSubmit={submit}
      busy={write.isPending}
      problem={write.error}
      disabled={reason.trim() === '' || !ends}
    >
      <p>
        {RECORD.exceptionFrom[wanted.rule] ?? wanted.rule}: <strong>{wanted.with.name}</strong>
      </p>
      <p className="soft">{RECORD.exceptionHelp}</p>
      <Textarea
        data-autofocus
        label={RECORD.exceptionReason}
        withAsterisk
        autosize
        minRows={3}
        maxLength={4000}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <TextInput
        type="datetime-local"
        step={1}
        label={`${RECORD.exceptionUntil} (${zone})`}
        withAsterisk
        value={until}
        onChange={(event) => setUntil(event.currentTarget.value)}
      />
    </Dialog>
  );
}

/** The offer to ask: that takes the permission to ask, and to write the record that is to pass. */
export function useAskOffer(subject: 'change' | 'release', run: () => void): ActionItem {
  const ask = useOffer('exception.request', RECORD.exceptionAsk, run);
  const write = useOffer(`${subject}.write`, RECORD.exceptionAsk, run);
  return ask.allowed ? write : ask;
}
