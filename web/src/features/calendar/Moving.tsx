// An entry that is being moved: where it would be, what it would collide with there, and the ways
// to save or leave it. Nothing is written before it is dropped.
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import {
  createContext,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  type ReactNode,
} from 'react';
import { send } from '@/lib/client';
import { windowInZone } from '@/lib/dates';
import { inZone } from '@/lib/inZone';
import type { Schema } from '@/lib/schema';
import { costs, EffectText, useMoveEffect } from '@/ui/record/MoveCheck';
import { useMoving as useMover } from '@/ui/record/useMoving';
import { errorText } from '@/ui/errorText';
import { asProblem } from '@/lib/problem';
import { sentence } from '@/ui/texts';
import type { Entry } from './model';
import { shifted } from './shift';
import { texts } from './texts';
import classes from './Moving.module.css';

const SETTLED_MS = 120;
const TOLD = 3;

export interface Moving {
  entry: Entry;
  /** The bar that is held: an entry of several services has several. */
  bar: string;
  minutes: number;
  by: 'pointer' | 'keys';
}

interface Held {
  moving: Moving | undefined;
  /** How many conflicts would block it there; undefined while that is asked. */
  blocking: number | undefined;
}

interface Tools {
  hold: (moving: Moving | undefined) => void;
  /** Moves the record to where it is held. */
  save: (moving: Moving) => void;
}

const HeldContext = createContext<Held>({ moving: undefined, blocking: undefined });
const ToolsContext = createContext<Tools>({ hold: () => undefined, save: () => undefined });

/** What is held, for what shows it. */
export function useHeld(): Held {
  return useContext(HeldContext);
}

/** Holding and saving. These never change, so that a grid is not drawn anew while something is
    dragged over it. */
export function useMovingTools(): Tools {
  return useContext(ToolsContext);
}

export function MovingProvider({ zone, children }: { zone: string; children: ReactNode }) {
  const [moving, hold] = useState<Moving>();
  const mover = useMover();
  const check = useCheck(moving, zone);
  const saveNow = ({ entry, minutes }: Moving) => {
    hold(undefined);
    if (minutes === 0) return;
    mover.move(entry.subject.number ?? entry.subject.id, shifted(entry.window, minutes, zone));
  };
  const latest = useRef(saveNow);
  useEffect(() => {
    latest.current = saveNow;
  });
  const tools = useMemo<Tools>(() => ({ hold, save: (held) => latest.current(held) }), []);
  const blocking = check.data?.blocking;
  return (
    <ToolsContext value={tools}>
      <HeldContext value={{ moving, blocking }}>
        {children}
        {moving && <MovingNote moving={moving} zone={zone} check={check} />}
        {mover.dialog}
      </HeldContext>
    </ToolsContext>
  );
}

function useCheck(moving: Moving | undefined, zone: string) {
  const subject = moving?.entry.subject.number ?? moving?.entry.subject.id;
  const window = moving && shifted(moving.entry.window, moving.minutes, zone);
  const [settled] = useDebouncedValue(JSON.stringify({ subject, window }), SETTLED_MS);
  return useQuery({
    queryKey: ['/conflicts/check', settled],
    enabled: moving !== undefined && settled !== '{}',
    placeholderData: keepPreviousData,
    queryFn: () => send<Schema<'Checked'>>('POST', '/conflicts/check', JSON.parse(settled)),
  });
}

interface NoteProps {
  moving: Moving;
  zone: string;
  check: { data?: Schema<'Checked'>; error: unknown };
}

function MovingNote({ moving, zone, check }: NoteProps) {
  const { entry, minutes, by } = moving;
  const window = shifted(entry.window, minutes, zone);
  const words = texts.moving;
  const moved = minutes === 0 ? undefined : (entry.subject.number ?? undefined);
  const effect = useMoveEffect(moved, window).data;
  const asks = effect !== undefined && costs(effect);
  const conflicts = check.data?.conflicts ?? [];
  return (
    <div
      className={classes.note}
      role="status"
      data-blocked={(check.data?.blocking ?? 0) > 0 || undefined}
    >
      <p>
        <strong>
          <span className="mono">{entry.subject.number}</span>{' '}
          {minutes === 0 ? words.held : words.to}
        </strong>{' '}
        <span className="num">{windowInZone(window, zone)}</span>
      </p>
      {check.error ? (
        <p>
          {[
            sentence(asProblem(check.error).message),
            ...asProblem(check.error).errors.map(errorText),
          ].join(' ')}
        </p>
      ) : (
        <p>{check.data ? words.conflicts(conflicts.length, check.data.blocking) : words.asking}</p>
      )}
      {conflicts.slice(0, TOLD).map((conflict) => (
        <p key={conflict.detail} className={classes.conflict} data-severity={conflict.severity}>
          {sentence(inZone(conflict.detail, zone))}
        </p>
      ))}
      {asks && <EffectText effect={effect} />}
      <p className="small soft">{by === 'keys' ? words.keys : asks ? words.ask : words.drop}</p>
    </div>
  );
}
