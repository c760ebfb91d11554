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
  // A month has no room for every occurrence of a maintenance window; the week shades them.
  const windows =
    view === 'week' ? calendar.windows.map((band) => bandEvent(band, 'window', view)) : [];
  return [...entries, ...blackouts, ...windows];
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

function bandEvent(band: Band, kind: 'blackout' | 'window', view: 'month' | 'week'): EventInput {
  const title = kind === 'blackout' ? `${texts.blackout}: ${band.name}` : band.name;
  return {
    id: `${band.id} ${band.window.start}`,
    title,
    start: band.window.start,
    end: band.window.end,
    display: view === 'week' ? 'background' : 'block',
    interactive: false,
    className: `il-${kind}`,
    extendedProps: { rank: 0 },
  };
}
