import { expect, it } from 'vitest';
import { readView } from './view';

const monthAt = (now: string) => readView({ view: 'month' }, 'Europe/Berlin', new Date(now)).date;

it('shows the month in which this week ends, so that its last days show what comes', () => {
  expect(monthAt('2026-11-21T12:00:00Z').slice(0, 7)).toBe('2026-11');
  expect(monthAt('2026-11-30T12:00:00Z').slice(0, 7)).toBe('2026-12');
  // Sunday the first, just past midnight in the zone.
  expect(monthAt('2026-10-31T23:30:00Z').slice(0, 7)).toBe('2026-11');
});

it('shows the month that the address names', () => {
  const at = (date: string) => readView({ view: 'month', date }, 'UTC').date;
  expect(at('2026-11-30')).toBe('2026-11-30');
});

it('begins every other view today', () => {
  const now = new Date('2026-11-30T12:00:00Z');
  expect(readView({ view: 'week' }, 'UTC', now).date).toBe('2026-11-30');
});
