// Where a window stands on a strip of time, and which lane is free for it.
import type { Window } from '@/lib/schema';

interface Range {
  start: number;
  end: number;
}

/** Left and width in percent, cut to the range; undefined when it lies outside. */
export function place(window: Window, range: Range): { left: string; width: string } | undefined {
  const start = Math.max(new Date(window.start).getTime(), range.start);
  const end = Math.min(new Date(window.end).getTime(), range.end);
  if (end <= start) return undefined;
  const length = range.end - range.start;
  return {
    left: `${((start - range.start) / length) * 100}%`,
    width: `${((end - start) / length) * 100}%`,
  };
}

/**
 * Rows of entries that do not overlap, filled from the top in order of their start. Each keeps at
 * least `room` for its words, in milliseconds: after its start, and before it for the next one's.
 */
export function lanes<Entry extends { window: Window }>(entries: Entry[], room = 0): Entry[][] {
  const sorted = [...entries].sort((a, b) => startOf(a) - startOf(b));
  const rows: Entry[][] = [];
  for (const entry of sorted) {
    const free = rows.find((row) => {
      const last = row.at(-1);
      if (!last) return true;
      const taken = Math.max(new Date(last.window.end).getTime(), startOf(last) + room);
      return taken <= startOf(entry);
    });
    if (free) free.push(entry);
    else rows.push([entry]);
  }
  return rows;
}

function startOf(entry: { window: Window }): number {
  return new Date(entry.window.start).getTime();
}
