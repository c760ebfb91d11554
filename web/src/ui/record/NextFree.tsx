// Under a window that is blocked: the next free one, and one click to have it.
import { Button } from '@mantine/core';
import { windowInZone } from '@/lib/dates';
import type { Window } from '@/lib/schema';
import { useZone } from '@/lib/session';
import { Icon } from '../icons';
import { minutesOf, useSlots, type Draft } from './slots';
import { RECORD } from './texts';
import classes from './NextFree.module.css';

interface Props {
  draft: Draft;
  window: Window;
  /** What the click does: takes the slot into a form, or moves the record there. */
  label: string;
  busy?: boolean;
  onTake: (window: Window) => void;
}

export function NextFree({ draft, window, label, busy, onTake }: Props) {
  const readerZone = useZone();
  const minutes = minutesOf(window) ?? 0;
  const asked = {
    ...draft,
    minutes,
    zone: window.zone ?? readerZone,
    after: window.start,
    limit: 1,
  };
  const slots = useSlots(asked, minutes > 0);
  const next = slots.data?.slots[0];
  if (!slots.data) return null;
  return (
    <p className={classes.next}>
      <Icon name="calendar" size={14} />
      {next ? (
        <>
          <span>
            {RECORD.slots.next}{' '}
            <strong className="num">{windowInZone(next.window, readerZone)}</strong>
          </span>
          <Button
            size="compact-sm"
            variant="default"
            loading={busy}
            onClick={() => onTake(next.window)}
          >
            {label}
          </Button>
        </>
      ) : (
        <span>{RECORD.slots.none}</span>
      )}
    </p>
  );
}
