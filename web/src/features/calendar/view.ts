// What the address says about the calendar: view, span, date and filters.
import type { Address } from '@/lib/address';
import { dateOf, monthGrid, spanAround, sundayOf, type Range, type Span } from './range';

export type View = 'month' | 'week' | 'timeline' | 'list';

export const VIEWS: View[] = ['timeline', 'month', 'week', 'list'];
export const SPANS: Record<'timeline' | 'list', Span[]> = {
  timeline: ['day', 'week', 'fortnight', 'month'],
  list: ['ahead', 'day', 'week', 'month'],
};

/** What the list shows: all that is planned, the forward schedule, the projected outages. */
export type Listed = 'all' | 'fsc' | 'pso';

export const LISTED: Listed[] = ['all', 'fsc', 'pso'];

export interface CalendarView {
  view: View;
  /** How far one step goes; month and week views have their own. */
  span: Span;
  date: string;
  range: Range;
  listed: Listed;
}

export function readView(address: Address, zone: string, now = new Date()): CalendarView {
  const view = VIEWS.find((each) => each === address.view) ?? 'timeline';
  const span = spanOf(view, address.span);
  const date = /^\d{4}-\d{2}-\d{2}$/.test(address.date ?? '')
    ? address.date!
    : dateNow(view, zone, now);
  const range = view === 'month' ? monthGrid(date, zone) : spanAround(date, span, zone);
  const listed = LISTED.find((each) => each === address.list) ?? 'all';
  return { view, span, date, range, listed };
}

/** Today. The month is the one in which this week ends, so that the last days of a month show what
 * comes. */
function dateNow(view: View, zone: string, now: Date): string {
  const today = dateOf(now.toISOString(), zone);
  return view === 'month' ? sundayOf(today) : today;
}

function spanOf(view: View, asked: string | undefined): Span {
  if (view === 'month' || view === 'week') return view;
  const known = SPANS[view].find((each) => each === asked);
  return known ?? (view === 'list' ? 'ahead' : 'fortnight');
}

/** The span in words, such as `16 – 22 Nov 2026` or `November 2026`. */
export function rangeTitle({ view, span, date, range }: CalendarView, zone: string): string {
  if (view === 'month' || span === 'month') {
    const middle = new Date(`${date}T12:00:00Z`);
    return new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric' }).format(middle);
  }
  const full = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    ...(span === 'day' ? { weekday: 'long' } : {}),
  });
  if (span === 'day') return full.format(range.startMs);
  return full.formatRange(range.startMs, range.endMs - 1);
}
