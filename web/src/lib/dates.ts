// Times for reading: in the reader's zone, with the zone named. Nothing here decides anything.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function browserZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

export const ZONES: string[] = ['UTC', ...Intl.supportedValuesOf('timeZone')];

function format(at: string | Date, zone: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...options }).format(new Date(at));
}

/** A day without a time, `2026-11-26`, as people read it: `Thu 26 Nov`. */
export function dayOn(date: string, now = new Date()): string {
  return day(`${date}T12:00:00Z`, 'UTC', now);
}

/** `14:05` */
export function clock(at: string | Date, zone: string): string {
  return format(at, zone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

/** `Thu 26 Nov`, with the year when it is not this one. */
export function day(at: string | Date, zone: string, now = new Date()): string {
  const sameYear = format(at, zone, { year: 'numeric' }) === format(now, zone, { year: 'numeric' });
  const year = sameYear ? {} : { year: 'numeric' as const };
  return format(at, zone, { weekday: 'short', day: 'numeric', month: 'short', ...year }).replace(
    ',',
    '',
  );
}

/** `Thu 26 Nov 14:05` */
export function dayClock(at: string | Date, zone: string, now = new Date()): string {
  return `${day(at, zone, now)} ${clock(at, zone)}`;
}

/** `2026-11-26 14:05:09 GMT+1` */
export function absolute(at: string | Date, zone: string): string {
  const date = format(at, zone, { year: 'numeric', month: '2-digit', day: '2-digit' })
    .split('/')
    .reverse()
    .join('-');
  const time = format(at, zone, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  return `${date} ${time} ${zoneShort(at, zone)}`;
}

/** `GMT+1`, `CET`, `UTC`: what the zone is called at that moment. */
export function zoneShort(at: string | Date, zone: string): string {
  const british = zoneName('en-GB', at, zone);
  // Each language knows the short names of its own part of the world.
  return british.startsWith('GMT') ? zoneName('en-US', at, zone) : british;
}

function zoneName(language: string, at: string | Date, zone: string): string {
  const format = new Intl.DateTimeFormat(language, { timeZone: zone, timeZoneName: 'short' });
  const parts = format.formatToParts(new Date(at));
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? zone;
}

/** `in 3 h`, `2 d ago`, `now` */
export function relative(at: string | Date, now = new Date()): string {
  const distance = new Date(at).getTime() - now.getTime();
  const size = Math.abs(distance);
  if (size < MINUTE) return 'now';
  const text = span(size);
  return distance > 0 ? `in ${text}` : `${text} ago`;
}

/** The two largest units that say something: `45 min`, `3 h 20 min`, `5 d`. */
export function span(milliseconds: number): string {
  const size = Math.abs(milliseconds);
  if (Math.round(size / MINUTE) < 60) return `${Math.round(size / MINUTE)} min`;
  if (size < DAY) return pair(size, HOUR, 'h', MINUTE, 'min');
  if (size < 14 * DAY) return pair(size, DAY, 'd', HOUR, 'h');
  if (size < 60 * DAY) return `${Math.round(size / (7 * DAY))} wk`;
  if (size < 730 * DAY) return `${Math.round(size / (30.44 * DAY))} mo`;
  return `${Math.round(size / (365.25 * DAY))} y`;
}

function pair(size: number, big: number, bigName: string, small: number, smallName: string) {
  const all = Math.round(size / small);
  const each = big / small;
  const whole = Math.floor(all / each);
  const rest = all % each;
  if (rest === 0 || whole > 4) return `${whole} ${bigName}`;
  return `${whole} ${bigName} ${rest} ${smallName}`;
}

export function minutes(count: number): string {
  return count === 0 ? '0 min' : span(count * MINUTE);
}

/** `Thu 26 Nov 22:00 – Fri 27 Nov 02:00`, the second day only when it differs. */
export function windowText(window: { start: string; end: string }, zone: string): string {
  const sameDay = day(window.start, zone) === day(window.end, zone);
  const end = sameDay ? clock(window.end, zone) : dayClock(window.end, zone);
  return `${dayClock(window.start, zone)} – ${end}`;
}

/** The same with the zone named: `… – Fri 27 Nov 02:00 CET`. */
export function windowInZone(window: { start: string; end: string }, zone: string): string {
  return `${windowText(window, zone)} ${zoneShort(window.start, zone)}`;
}

/** `22:00–23:00`; `22:00–Fri 04:00` when it ends on another day, with the date beyond a week. */
export function hoursText(window: { start: string; end: string }, zone: string): string {
  const from = clock(window.start, zone);
  const to = clock(window.end, zone);
  if (day(window.start, zone) === day(window.end, zone)) return `${from}–${to}`;
  const near = Date.parse(window.end) - Date.parse(window.start) < 6 * DAY;
  const date = day(window.end, zone, new Date(window.start));
  return `${from}–${near ? date.split(' ')[0] : date} ${to}`;
}
