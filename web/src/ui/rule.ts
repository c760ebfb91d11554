// The common recurrence rules as a form holds them, to and from the text of RFC 5545. What the form
// cannot say stays text. Which times a rule names is the server's to tell.

export const DAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;
export type DayCode = (typeof DAYS)[number];
export const PLACES = ['1', '2', '3', '4', '-1'] as const;
export type Place = (typeof PLACES)[number];
export const SHAPES = ['none', 'daily', 'weekdays', 'weekly', 'monthly', 'own'] as const;
export type Shape = (typeof SHAPES)[number];

export interface Rule {
  shape: Exclude<Shape, 'none' | 'own'>;
  /** Every so many days, weeks or months. */
  interval: number;
  /** Of a weekly rule; the first occurrence's own when empty. */
  days: DayCode[];
  /** Of a monthly rule. */
  place: Place;
  day: DayCode;
  /** The last day on which it may begin, `2026-12-24`. */
  until?: string;
  count?: number;
}

const WORKDAYS = 'MO,TU,WE,TH,FR';
const SHORT: Record<string, string> = { daily: 'FREQ=DAILY', weekly: 'FREQ=WEEKLY' };

/** The weekday of a date, `2026-12-06` → `SU`. */
export function dayOf(date: string): DayCode {
  const day = new Date(`${date.slice(0, 10)}T12:00:00Z`).getUTCDay();
  return DAYS[(Number.isNaN(day) ? 1 : day + 6) % 7]!;
}

/** A rule to begin with, on the weekday of the first occurrence. */
export function ruleFor(shape: Rule['shape'], first: string): Rule {
  const day = dayOf(first);
  const ordinal = Math.ceil(Number(first.slice(8, 10)) / 7);
  const place = PLACES.find((each) => each === String(ordinal)) ?? '-1';
  return { shape, interval: 1, days: shape === 'weekly' ? [day] : [], place, day };
}

/** What a rule's text says, when the form can say it too. */
export function parseRule(text: string): Rule | undefined {
  const parts = new Map<string, string>();
  for (const part of (SHORT[text] ?? text).split(';')) {
    const [name = '', value = ''] = part.split('=');
    parts.set(name, value);
  }
  const take = (name: string) => {
    const value = parts.get(name);
    parts.delete(name);
    return value;
  };
  const frequency = take('FREQ');
  const interval = Number(take('INTERVAL') ?? '1');
  const byDay = take('BYDAY');
  const until = take('UNTIL');
  const count = take('COUNT');
  if (parts.size > 0 || !Number.isInteger(interval)) return undefined;
  const base: Rule = { shape: 'daily', interval, days: [], place: '1', day: 'MO' };
  if (until !== undefined) {
    if (!/^\d{8}$/.test(until)) return undefined;
    base.until = `${until.slice(0, 4)}-${until.slice(4, 6)}-${until.slice(6)}`;
  }
  if (count !== undefined) base.count = Number(count);
  return shapeOf(base, frequency, byDay);
}

function shapeOf(base: Rule, frequency: string | undefined, byDay?: string): Rule | undefined {
  if (frequency === 'DAILY' && byDay === undefined) return base;
  if (frequency === 'DAILY' && byDay === WORKDAYS && base.interval === 1) {
    return { ...base, shape: 'weekdays' };
  }
  if (frequency === 'WEEKLY') {
    const days = (byDay ?? '').split(',').filter((day) => day !== '');
    if (!days.every((day) => DAYS.some((known) => known === day))) return undefined;
    return { ...base, shape: 'weekly', days: days as DayCode[] };
  }
  const [, place, day] = /^(-?\d)([A-Z]{2})$/.exec(byDay ?? '') ?? [];
  const known = PLACES.find((each) => each === place);
  const weekday = DAYS.find((each) => each === day);
  if (frequency !== 'MONTHLY' || !known || !weekday) return undefined;
  return { ...base, shape: 'monthly', place: known, day: weekday };
}

/** A rule as text, the short words where there are some. */
export function ruleText(rule: Rule): string {
  const frequency = { daily: 'DAILY', weekdays: 'DAILY', weekly: 'WEEKLY', monthly: 'MONTHLY' };
  const parts = [`FREQ=${frequency[rule.shape]}`];
  if (rule.interval > 1 && rule.shape !== 'weekdays') parts.push(`INTERVAL=${rule.interval}`);
  if (rule.shape === 'weekdays') parts.push(`BYDAY=${WORKDAYS}`);
  if (rule.shape === 'weekly' && rule.days.length > 0) {
    parts.push(`BYDAY=${DAYS.filter((day) => rule.days.includes(day)).join(',')}`);
  }
  if (rule.shape === 'monthly') parts.push(`BYDAY=${rule.place}${rule.day}`);
  if (rule.until) parts.push(`UNTIL=${rule.until.replaceAll('-', '')}`);
  else if (rule.count) parts.push(`COUNT=${rule.count}`);
  const text = parts.join(';');
  const short = Object.entries(SHORT).find(([, long]) => long === text);
  return short ? short[0] : text;
}
