// On the page of a record whose window is blocked: the next free slot, and one click to move there.
import type { Schema, Window } from '@/lib/schema';
import { blocks } from './blockersFirst';
import { NextFree } from './NextFree';
import { RECORD } from './texts';
import { useMoving } from './useMoving';

interface Props {
  subject: string;
  window: Window | null | undefined;
  conflicts: Schema<'Conflict'>[];
}

export function MoveToFree({ subject, window, conflicts }: Props) {
  const moving = useMoving();
  if (!window || !conflicts.some(blocks)) return null;
  return (
    <>
      <NextFree
        draft={{ subject }}
        window={window}
        label={RECORD.slots.moveThere}
        busy={moving.busy}
        onTake={(to) => moving.move(subject, to)}
      />
      {moving.dialog}
    </>
  );
}
