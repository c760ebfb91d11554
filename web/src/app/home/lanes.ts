// Where a window stands on a strip of time, where its words go, and which lane is free for both.
import type { Window } from '@/lib/schema';

export interface Range {
  start: number;
  end: number;
}

/** Everything in shares of the strip, from 0 to 1. */
export interface Spot {
  from: number;
  to: number;
  /** It began before the strip, or goes on after it. */
  begun: boolean;
  goesOn: boolean;
  words: 'inside' | 'after' | 'before';
  /** How much room the words have. */
  room: number;
}

/** The least that words take of the strip. */
const ROOM = 0.3;
/** The most, beside a bar. */
const ROOM_MAX = 0.5;

/** Cut to the range; undefined when it lies outside. */
export function spotOf(window: Window, range: Range): Spot | undefined {
  const [start, end] = [Date.parse(window.start), Date.parse(window.end)];
  const length = range.end - range.start;
  const from = Math.max(0, (start - range.start) / length);
  const to = Math.min(1, (end - range.start) / length);
  if (to <= from) return undefined;
  const cut = { from, to, begun: start < range.start, goesOn: end > range.end };
  if (to - from >= ROOM) return { ...cut, words: 'inside', room: to - from };
  return 1 - to >= from
    ? { ...cut, words: 'after', room: Math.min(ROOM_MAX, 1 - to) }
    : { ...cut, words: 'before', room: Math.min(ROOM_MAX, from) };
}

/** Rows in which neither bars nor their words overlap, filled from the top in order of start. */
export function lanes<Placed extends { spot: Spot }>(all: Placed[]): Placed[][] {
  const sorted = [...all].sort((a, b) => reach(a.spot)[0] - reach(b.spot)[0]);
  const rows: Placed[][] = [];
  for (const one of sorted) {
    const free = rows.find((row) => {
      const last = row.at(-1);
      return !last || reach(last.spot)[1] <= reach(one.spot)[0];
    });
    if (free) free.push(one);
    else rows.push([one]);
  }
  return rows;
}

function reach({ from, to, words }: Spot): [number, number] {
  if (words === 'inside') return [from, to];
  return words === 'after' ? [from, to + ROOM] : [from - ROOM, to];
}
