// Choosing a window: by hand or from the free slots, with what it would collide with.
import { useState } from 'react';
import type { Window } from '@/lib/schema';
import { WindowField } from '../WindowField';
import { MoveCheck } from './MoveCheck';
import { SlotFinder } from './SlotFinder';
import { isNamed, type Draft } from './slots';
import { WindowCheck } from './WindowCheck';

interface Props {
  label: string;
  help?: string;
  error?: string;
  /** What the window is for. */
  draft: Draft;
  /** How long it is by itself. */
  minutes?: number;
  value: Window | null | undefined;
  onChange: (window: Window | null) => void;
}

export function WindowPlanner({ draft, minutes, value, onChange, ...field }: Props) {
  const [taken, setTaken] = useState(0);
  const take = (window: Window) => {
    onChange(window);
    setTaken(taken + 1);
  };
  const checked = draft.subject !== undefined || (draft.cis ?? []).length > 0;
  return (
    <>
      <WindowField key={taken} {...field} minutes={minutes} value={value} onChange={onChange} />
      <SlotFinder draft={draft} minutes={minutes} window={value} onTake={take} />
      {checked && isNamed(draft) && <WindowCheck draft={draft} window={value} onTake={take} />}
      {draft.subject && <MoveCheck number={draft.subject} window={value ?? null} />}
    </>
  );
}
