// Ranges of the calendar across clock changes, month ends and bad addresses.
import { describe, expect, it } from 'vitest';

import { dateOf, daysOf, monthGrid, spanAround, step, wallHours } from './range';

const HOUR = 3.6e6;

describe('calendar ranges', () => {
  it("starts a week on Monday at midnight of the reader's zone", () => {
    const week = spanAround('2026-11-21', 'week', 'Europe/Berlin');
    expect(new Date(week.startMs).toISOString()).toBe('2026-11-15T23:00:00.000Z');
    expect(new Date(week.endMs).toISOString()).toBe('2026-11-22T23:00:00.000Z');
  });

  it('keeps a week of the autumn clock change seven days and 169 hours long', () => {
    const week = spanAround('2026-10-24', 'week', 'Europe/London');
    const days = daysOf(week, 'Europe/London');
    expect(days).toHaveLength(7);
    expect((week.endMs - week.startMs) / HOUR).toBe(169);
    expect(days[6]).toMatchObject({
      date: '2026-10-25',
      hours: 25,
      clockChange: { atMs: Date.parse('2026-10-25T01:00:00Z'), hours: -1 },
    });
    expect(days.filter((day) => day.clockChange)).toHaveLength(1);
  });

  it('marks the spring night as one hour short', () => {
    const days = daysOf(spanAround('2027-03-28', 'day', 'Europe/Berlin'), 'Europe/Berlin');
    expect(days[0]).toMatchObject({ hours: 23, clockChange: { hours: 1 } });
  });

  it('finds noon on the wall on a day of 25 hours, and leaves out an hour that does not exist', () => {
    const [autumn] = daysOf(spanAround('2026-10-25', 'day', 'Europe/Berlin'), 'Europe/Berlin');
    expect(wallHours(autumn!, 12, 'Europe/Berlin')).toEqual([
      { hour: 12, ms: Date.parse('2026-10-25T11:00:00Z') },
    ]);
    const [spring] = daysOf(spanAround('2027-03-28', 'day', 'Europe/Berlin'), 'Europe/Berlin');
    expect(wallHours(spring!, 2, 'Europe/Berlin')[0]!.hour).toBe(4);
  });

  it('marks no night in a zone without clock changes', () => {
    const days = daysOf(spanAround('2026-10-25', 'month', 'Asia/Tokyo'), 'Asia/Tokyo');
    expect(days).toHaveLength(31);
    expect(days.every((day) => day.hours === 24 && !day.clockChange)).toBe(true);
  });

  it('looks thirty days ahead from the day itself', () => {
    const ahead = spanAround('2026-11-21', 'ahead', 'UTC');
    expect(new Date(ahead.startMs).toISOString()).toBe('2026-11-21T00:00:00.000Z');
    expect(new Date(ahead.endMs).toISOString()).toBe('2026-12-21T00:00:00.000Z');
  });

  it('shows six whole weeks on a month page', () => {
    const grid = monthGrid('2026-11-21', 'UTC');
    expect(new Date(grid.startMs).toISOString()).toBe('2026-10-26T00:00:00.000Z');
    expect(new Date(grid.endMs).toISOString()).toBe('2026-12-07T00:00:00.000Z');
  });

  it("steps from a month's end to the next month without skipping one", () => {
    expect(step('2027-01-31', 'month', 1, 'UTC')).toBe('2027-02-01');
    expect(step('2027-01-31', 'fortnight', -1, 'UTC')).toBe('2027-01-11');
  });

  it("reads the date of an instant in the reader's zone", () => {
    expect(dateOf('2026-11-21T23:30:00Z', 'Europe/Berlin')).toBe('2026-11-22');
  });

  it('falls back to today for a date that does not exist', () => {
    const bad = spanAround('2026-13-45', 'day', 'UTC');
    const now = Date.now();
    expect(bad.startMs).toBeLessThanOrEqual(now);
    expect(bad.endMs).toBeGreaterThan(now);
  });
});
