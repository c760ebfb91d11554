// The stretch of time that a calendar view shows, in the reader's zone. Days are counted by the
// zone's own calendar, so that a night with 23 or 25 hours stays one day.
import { Temporal } from 'temporal-polyfill';

/** `ahead` is the next thirty days, today included. */
export type Span = 'day' | 'week' | 'fortnight' | 'month' | 'ahead';

export interface Range {
  startMs: number;
  endMs: number;
}

export interface Day {
  /** Calendar date in the zone, such as `2026-11-21`. */
  date: string;
  startMs: number;
  endMs: number;
  hours: number;
  weekend: boolean;
  /** When the zone's clock jumps within this day. */
  clockChange?: { atMs: number; hours: number };
}

const SPAN_DAYS: Record<Exclude<Span, 'month'>, number> = {
  day: 1,
  week: 7,
  fortnight: 14,
  ahead: 30,
};

function plainDate(date: string | undefined, zone: string): Temporal.PlainDate {
  if (date && /^\d{4}-\d{2}-\d{2}$/.test(date)) {
    try {
      return Temporal.PlainDate.from(date);
    } catch {
      // An impossible date in the address falls back to today.
    }
  }
  return Temporal.Now.plainDateISO(zone);
}

function firstDay(date: Temporal.PlainDate, span: Span): Temporal.PlainDate {
  if (span === 'day' || span === 'ahead') return date;
  if (span === 'month') return date.with({ day: 1 });
  return date.subtract({ days: date.dayOfWeek - 1 });
}

function afterLastDay(first: Temporal.PlainDate, span: Span): Temporal.PlainDate {
  return span === 'month' ? first.add({ months: 1 }) : first.add({ days: SPAN_DAYS[span] });
}

function startOfDay(date: Temporal.PlainDate, zone: string): Temporal.ZonedDateTime {
  return date.toZonedDateTime({ timeZone: zone });
}

/** The calendar date of an instant in the zone. */
export function dateOf(instant: string, zone: string): string {
  return Temporal.Instant.from(instant).toZonedDateTimeISO(zone).toPlainDate().toString();
}

/** The last day of the week that a date lies in. */
export function sundayOf(date: string): string {
  const plain = Temporal.PlainDate.from(date);
  return plain.add({ days: 7 - plain.dayOfWeek }).toString();
}

/** The span around a date: the week from Monday, the month from the first. */
export function spanAround(date: string | undefined, span: Span, zone: string): Range {
  const first = firstDay(plainDate(date, zone), span);
  return {
    startMs: startOfDay(first, zone).epochMilliseconds,
    endMs: startOfDay(afterLastDay(first, span), zone).epochMilliseconds,
  };
}

/** The whole weeks that a month page shows, leading and trailing days included. */
export function monthGrid(date: string | undefined, zone: string): Range {
  const first = plainDate(date, zone).with({ day: 1 });
  const monday = first.subtract({ days: first.dayOfWeek - 1 });
  return {
    startMs: startOfDay(monday, zone).epochMilliseconds,
    endMs: startOfDay(monday.add({ days: 42 }), zone).epochMilliseconds,
  };
}

/** The date a step of one span earlier or later. */
export function step(date: string | undefined, span: Span, by: 1 | -1, zone: string): string {
  const from = firstDay(plainDate(date, zone), span);
  const moved =
    span === 'month' ? from.add({ months: by }) : from.add({ days: by * SPAN_DAYS[span] });
  return moved.toString();
}

function clockChangeIn(start: Temporal.ZonedDateTime, end: Temporal.ZonedDateTime) {
  const next = start.getTimeZoneTransition('next');
  if (!next || next.epochMilliseconds >= end.epochMilliseconds) return undefined;
  const before = Temporal.Instant.fromEpochMilliseconds(next.epochMilliseconds - 1);
  const offsetBefore = before.toZonedDateTimeISO(start.timeZoneId).offsetNanoseconds;
  const hours = (next.offsetNanoseconds - offsetBefore) / 3.6e12;
  return hours === 0 ? undefined : { atMs: next.epochMilliseconds, hours };
}

/** The full hours of a day that a clock on the wall shows, at a step; a skipped one is left out. */
export function wallHours(
  day: Day,
  stepHours: number,
  zone: string,
): { hour: number; ms: number }[] {
  const date = Temporal.PlainDate.from(day.date);
  const hours: { hour: number; ms: number }[] = [];
  for (let hour = stepHours; hour < 24; hour += stepHours) {
    const at = date.toZonedDateTime({ timeZone: zone, plainTime: { hour } });
    if (at.hour === hour) hours.push({ hour, ms: at.epochMilliseconds });
  }
  return hours;
}

/** The days of a range, each with its length and its clock change. */
export function daysOf(range: Range, zone: string): Day[] {
  const days: Day[] = [];
  let start = Temporal.Instant.fromEpochMilliseconds(range.startMs).toZonedDateTimeISO(zone);
  while (start.epochMilliseconds < range.endMs) {
    const end = startOfDay(start.toPlainDate().add({ days: 1 }), zone);
    const clockChange = clockChangeIn(start, end);
    days.push({
      date: start.toPlainDate().toString(),
      startMs: start.epochMilliseconds,
      endMs: end.epochMilliseconds,
      hours: (end.epochMilliseconds - start.epochMilliseconds) / 3.6e6,
      weekend: start.dayOfWeek > 5,
      ...(clockChange ? { clockChange } : {}),
    });
    start = end;
  }
  return days;
}
