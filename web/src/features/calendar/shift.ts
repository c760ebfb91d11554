// Moving a window on the calendar: by wall time, in steps that fit the span that is shown.
import { Temporal } from 'temporal-polyfill';
import type { Window } from '@/lib/schema';
import type { Entry } from './model';
import type { Span } from './range';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** How far one step goes, in minutes. */
export function stepMinutes(span: Span): number {
  return span === 'day' || span === 'week' ? 15 : 60;
}

/** A window moved by wall time in a zone: a day later is the same time, whatever the clocks do. */
export function shifted(window: Window, minutes: number, zone: string): Window {
  const length = Date.parse(window.end) - Date.parse(window.start);
  const start = Temporal.Instant.from(window.start)
    .toZonedDateTimeISO(zone)
    .toPlainDateTime()
    .add({ minutes })
    .toZonedDateTime(zone)
    .toInstant();
  const end = start.add({ milliseconds: length });
  return { ...window, start: start.toString(), end: end.toString() };
}

/** A distance in milliseconds as whole steps, in minutes; whole days stay whole days. */
export function snapped(distanceMs: number, step: number): number {
  const days = Math.round(distanceMs / DAY_MS);
  if (days !== 0 && Math.abs(distanceMs - days * DAY_MS) < (step * MINUTE_MS) / 2) {
    return days * 24 * 60;
  }
  return Math.round(distanceMs / MINUTE_MS / step) * step;
}

/** What is over stays where it was; everything else the server decides. */
export function isMovable(entry: Entry): boolean {
  return !['closed', 'review', 'cancelled'].includes(entry.phase);
}
