// The calendar's answer as events of the month and week grid.
import type { EventInput } from '@fullcalendar/react';
import { lookOf } from './describe';
import type { Band, Calendar, Conflict, Entry } from './model';
import { entryPath } from './paths';
import { isMovable } from './shift';
import { texts } from './texts';

export function gridEvents(calendar: Calendar, view: 'month' | 'week'): EventInput[] {
  const byRecord = conflictsByRecord(calendar.conflicts);
  const entries = calendar.entries.map((entry) => entryEvent(entry, byRecord));
  const blackouts = calendar.blackouts.map((band) => bandEvent(band, 'blackout', view));
  // A month has no room for every occurrence of windows and peak hours; the week shades them.
  const windows =
    view === 'week' ? calendar.windows.map((band) => bandEvent(band, 'window', view)) : [];
  const peaks = view === 'week' ? calendar.peaks.map((band) => bandEvent(band, 'peak', view)) : [];
  const external = calendar.external.map((band) => bandEvent(band, 'external', view));
  return [...entries, ...blackouts, ...windows, ...peaks, ...external];
}

function conflictsByRecord(conflicts: Conflict[]): Map<string, Conflict[]> {
  const found = new Map<string, Conflict[]>();
  for (const conflict of conflicts) {
    for (const id of [conflict.subject?.id, conflict.with.id]) {
      if (id) found.set(id, [...(found.get(id) ?? []), conflict]);
    }
  }
  return found;
}

function entryEvent(entry: Entry, byRecord: Map<string, Conflict[]>): EventInput {
  const conflicts = byRecord.get(entry.subject.id) ?? [];
  const collides = entry.conflicts_open > 0 || conflicts.some((one) => one.state === 'open');
  return {
    id: entry.subject.id,
    title: `${entry.subject.number ?? ''} ${entry.subject.name}`.trim(),
    start: entry.window.start,
    end: entry.window.end,
    url: entryPath(entry),
    display: 'block',
    startEditable: isMovable(entry),
    className: [`il-event il-${entry.kind} il-${lookOf(entry)}`, collides ? 'il-conflict' : '']
      .join(' ')
      .trim(),
    extendedProps: { entry, conflicts, rank: 1 },
  };
}

function bandEvent(
  band: Band,
  kind: 'blackout' | 'window' | 'peak' | 'external',
  view: 'month' | 'week',
): EventInput {
  const titles = {
    blackout: `${texts.blackout}: ${band.name}`,
    window: band.name,
    peak: band.name,
    external: `${band.name} (${band.reason ?? texts.external})`,
  };
  return {
    id: `${band.id} ${band.window.start}`,
    title: titles[kind],
    start: band.window.start,
    end: band.window.end,
    display: view === 'week' ? 'background' : 'block',
    interactive: false,
    className: `il-${kind}`,
    extendedProps: { rank: 0 },
  };
}
