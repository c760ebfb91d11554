// A remark on an instant of the timeline.
import { TextInput, Textarea } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import type { Action } from '@/lib/schema';
import { useZone } from '@/lib/session';
import { useWrite } from '@/lib/write';
import { toInstant, toWall } from '@/lib/zone';
import { ActionButton } from '@/ui/Actions';
import { Dialog } from '@/ui/Dialog';
import { reviewPath } from '../queries';
import { REVIEW } from '../texts';

interface Props {
  review: string;
  /** The instant that is offered first. */
  around: string;
  may: Action | undefined;
}

export function Annotate({ review, around, may }: Props) {
  const [open, dialog] = useDisclosure();
  if (!may?.allowed) return null;
  return (
    <>
      <ActionButton
        offered
        size="compact-sm"
        item={{ ...may, label: REVIEW.annotate, run: dialog.open }}
      />
      {open && <AnnotateDialog review={review} around={around} onClose={dialog.close} />}
    </>
  );
}

function AnnotateDialog({
  review,
  around,
  onClose,
}: {
  review: string;
  around: string;
  onClose: () => void;
}) {
  const zone = useZone();
  const [at, setAt] = useState(toWall(around, zone));
  const [text, setText] = useState('');
  const write = useWrite(onClose);
  const send = () =>
    write.mutate({
      path: `${reviewPath(review)}/annotations`,
      body: { at: toInstant(at, zone) ?? at, text: text.trim() },
    });
  return (
    <Dialog
      title={REVIEW.annotate}
      submit={REVIEW.annotate}
      onClose={onClose}
      onSubmit={send}
      busy={write.isPending}
      problem={write.error}
      disabled={text.trim() === '' || at === ''}
    >
      <TextInput
        type="datetime-local"
        label={`${REVIEW.annotateAt} (${zone})`}
        value={at}
        onChange={(event) => setAt(event.currentTarget.value)}
      />
      <Textarea
        data-autofocus
        label={REVIEW.annotateText}
        description={REVIEW.annotateHelp}
        maxLength={4000}
        minRows={3}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
    </Dialog>
  );
}
