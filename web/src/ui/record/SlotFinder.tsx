// Free slots beside a window that is being chosen: ranked, each with why, and what was refused
// before them with the conflict that blocked it.
import { Button, NumberInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { dayClock, windowInZone, windowText, zoneShort } from '@/lib/dates';
import type { Schema, Window } from '@/lib/schema';
import { useZone } from '@/lib/session';
import { Icon } from '../icons';
import { ProblemNote, RowsSkeleton } from '../States';
import { isNamed, minutesOf, useSlots, type Draft } from './slots';
import { RefusedStarts, SlotReasons } from './SlotWords';
import { RECORD } from './texts';
import classes from './SlotFinder.module.css';

interface Props {
  draft: Draft;
  /** How long a slot is where no window is set. */
  minutes?: number;
  window: Window | null | undefined;
  onTake: (window: Window) => void;
}

const MINUTES = 60;
const MINUTES_MAX = 14 * 24 * 60;
const SLOTS = 5;
const TYPING_MS = 350;

export function SlotFinder(props: Props) {
  const [open, setOpen] = useState(false);
  if (!open) {
    const named = isNamed(props.draft);
    return (
      <div>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<Icon name="search" size={14} />}
          disabled={!named}
          title={named ? undefined : RECORD.slots.nameFirst}
          onClick={() => setOpen(true)}
        >
          {RECORD.slots.find}
        </Button>
      </div>
    );
  }
  return <Finder {...props} onClose={() => setOpen(false)} />;
}

function Finder({
  draft,
  minutes: usual,
  window,
  onTake,
  onClose,
}: Props & { onClose: () => void }) {
  const readerZone = useZone();
  const words = RECORD.slots;
  // The wanted time stays what it was when the search was opened, whichever slot is taken.
  const [wanted] = useState(window);
  const [minutes, setMinutes] = useState(minutesOf(window) ?? usual ?? MINUTES);
  const zone = wanted?.zone ?? readerZone;
  const asked = { ...draft, minutes, zone, after: wanted?.start, limit: SLOTS };
  const [settled] = useDebouncedValue(JSON.stringify(asked), TYPING_MS);
  const slots = useSlots(JSON.parse(settled) as typeof asked, isNamed(draft));
  return (
    <section aria-label={words.title} className={classes.finder}>
      <div className={classes.head}>
        <NumberInput
          label={words.minutes}
          size="xs"
          min={1}
          max={MINUTES_MAX}
          allowDecimal={false}
          suffix=" min"
          value={minutes}
          onChange={(value) => Number(value) > 0 && setMinutes(Number(value))}
        />
        <p className="soft">
          {wanted
            ? words.after(
                `${dayClock(wanted.start, readerZone)} ${zoneShort(wanted.start, readerZone)}`,
              )
            : words.fromNow}
        </p>
        <Button size="compact-sm" variant="subtle" color="gray" onClick={onClose}>
          {words.close}
        </Button>
      </div>
      <ProblemNote error={slots.error} />
      {!slots.data && !slots.error && <RowsSkeleton rows={3} />}
      {slots.data && <Found slots={slots.data} zone={readerZone} onTake={onTake} />}
    </section>
  );
}

interface FoundProps {
  slots: Schema<'Slots'>;
  zone: string;
  onTake: (window: Window) => void;
}

function Found({ slots, zone, onTake }: FoundProps) {
  const words = RECORD.slots;
  return (
    <>
      {slots.slots.length === 0 && <p>{words.none}</p>}
      <ol className={classes.list}>
        {slots.slots.map((slot) => (
          <li key={slot.window.start}>
            <div className={classes.words}>
              <strong className="num">{windowInZone(slot.window, zone)}</strong>
              <SlotReasons slot={slot} zone={zone} />
            </div>
            <Button
              size="compact-sm"
              variant="default"
              aria-label={words.takeLabel(windowText(slot.window, zone))}
              onClick={() => onTake(slot.window)}
            >
              {words.takeIt}
            </Button>
          </li>
        ))}
      </ol>
      <RefusedStarts refused={slots.refused} zone={zone} />
    </>
  );
}
