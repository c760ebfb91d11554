// The dialogs of verbs that changes and releases share: schedule, extend, hold, cancel.
import { Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Window } from '@/lib/schema';
import { useZone } from '@/lib/session';
import type { Verb } from '@/lib/verb';
import { toInstant, toWall } from '@/lib/zone';
import { Dialog, ReasonDialog } from '../Dialog';
import { RECORD } from './texts';
import { WindowCheck } from './WindowCheck';
import { WindowPlanner } from './WindowPlanner';

export type SharedVerb = 'schedule' | 'extend' | 'hold' | 'cancel';

interface Props {
  verb: SharedVerb;
  /** The record's number, for the check of a new window. */
  subject: string;
  window: Window | null | undefined;
  /** How long its window is by itself. */
  minutes?: number;
  send: Verb;
  onClose: () => void;
}

export function isShared(verb: string | undefined): verb is SharedVerb {
  return verb === 'schedule' || verb === 'extend' || verb === 'hold' || verb === 'cancel';
}

export function VerbDialog(props: Props) {
  const { verb, send } = props;
  const onClose = () => {
    send.clear();
    props.onClose();
  };
  if (verb === 'schedule') return <ScheduleDialog {...props} onClose={onClose} />;
  if (verb === 'extend') return <ExtendDialog {...props} onClose={onClose} />;
  const holding = verb === 'hold';
  return (
    <ReasonDialog
      title={holding ? RECORD.holdTitle : RECORD.cancelTitle}
      submit={holding ? RECORD.hold : RECORD.cancelSubmit}
      danger={!holding}
      required
      busy={send.busy}
      problem={send.problem}
      onClose={onClose}
      onSubmit={(reason) => send.run(verb, { reason })}
    >
      <p>{holding ? RECORD.holdHelp : RECORD.cancelHelp}</p>
    </ReasonDialog>
  );
}

function ScheduleDialog({ subject, window, minutes, send, onClose }: Props) {
  const [next, setNext] = useState<Window | null>(window ?? null);
  const body = next ? { window: next } : {};
  return (
    <Dialog
      wide
      title={RECORD.scheduleTitle}
      submit={RECORD.schedule}
      onClose={onClose}
      onSubmit={() => send.run('schedule', body)}
      busy={send.busy}
      problem={send.problem}
      disabled={!next}
    >
      <WindowPlanner
        label={RECORD.window}
        help={RECORD.scheduleHelp}
        draft={{ subject }}
        minutes={minutes}
        value={next}
        onChange={setNext}
      />
    </Dialog>
  );
}

function ExtendDialog({ subject, window, send, onClose }: Props) {
  const readerZone = useZone();
  const zone = window?.zone ?? readerZone;
  const [end, setEnd] = useState(() => toWall(window?.end, zone));
  const [reason, setReason] = useState('');
  const instant = toInstant(end, zone);
  const later = window && instant && Date.parse(instant) > Date.parse(window.end);
  return (
    <Dialog
      title={RECORD.extendTitle}
      submit={RECORD.extend}
      onClose={onClose}
      onSubmit={() => send.run('extend', { end: instant, reason: reason.trim() })}
      busy={send.busy}
      problem={send.problem}
      disabled={!later || reason.trim() === ''}
    >
      <p>{RECORD.extendHelp}</p>
      <TextInput
        data-autofocus
        type="datetime-local"
        label={`${RECORD.extendEnd} (${zone})`}
        value={end}
        onChange={(event) => setEnd(event.currentTarget.value)}
      />
      {later && <WindowCheck draft={{ subject }} window={{ ...window, end: instant }} />}
      <Textarea
        label="Reason"
        withAsterisk
        autosize
        minRows={3}
        maxLength={4000}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Dialog>
  );
}
