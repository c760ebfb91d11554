import { describe, expect, it } from 'vitest';
import { absolute, dayClock, relative, span, windowText } from './dates';

const now = new Date('2026-11-21T12:00:00Z');

describe('times for reading', () => {
  it('says how far away a time is, in at most two units', () => {
    expect(relative('2026-11-21T12:00:30Z', now)).toBe('now');
    expect(relative('2026-11-21T15:20:00Z', now)).toBe('in 3 h 20 min');
    expect(relative('2026-11-19T12:00:00Z', now)).toBe('2 d ago');
    expect(span(59.7 * 60_000)).toBe('1 h');
    expect(span(4 * 3_600_000 + 59.8 * 60_000)).toBe('5 h');
  });

  it('shows a time in the zone that is asked for', () => {
    expect(dayClock('2026-11-21T23:30:00Z', 'Europe/Berlin', now)).toBe('Sun 22 Nov 00:30');
    expect(absolute('2026-07-01T10:00:00Z', 'Europe/Berlin')).toBe('2026-07-01 12:00:00 CEST');
    expect(absolute('2026-01-01T10:00:00Z', 'America/New_York')).toBe('2026-01-01 05:00:00 EST');
    expect(absolute('2026-01-01T10:00:00Z', 'UTC')).toBe('2026-01-01 10:00:00 UTC');
  });

  it('names the second day of a window only when it differs', () => {
    const window = { start: '2026-11-26T21:00:00Z', end: '2026-11-27T01:00:00Z' };
    expect(windowText(window, 'Europe/Berlin')).toBe('Thu 26 Nov 22:00 – Fri 27 Nov 02:00');
    expect(windowText(window, 'America/New_York')).toBe('Thu 26 Nov 16:00 – 20:00');
  });
});
