import { describe, expect, it } from 'vitest';
import { isDoubtful, toInstant, toWall } from './zone';

describe('wall times in a zone', () => {
  it('go to an instant and back', () => {
    expect(toInstant('2026-11-26T22:00', 'Europe/Berlin')).toBe('2026-11-26T21:00:00Z');
    expect(toWall('2026-11-26T21:00:00Z', 'Europe/Berlin')).toBe('2026-11-26T22:00');
  });

  it('move forward out of a gap and take the earlier of two', () => {
    expect(toInstant('2026-03-29T02:30', 'Europe/Berlin')).toBe('2026-03-29T01:30:00Z');
    expect(toInstant('2026-10-25T02:30', 'Europe/Berlin')).toBe('2026-10-25T00:30:00Z');
    expect(isDoubtful('2026-03-29T02:30', 'Europe/Berlin')).toBe(true);
    expect(isDoubtful('2026-10-25T02:30', 'Europe/Berlin')).toBe(true);
    expect(isDoubtful('2026-10-25T12:30', 'Europe/Berlin')).toBe(false);
  });

  it('are nothing when they are no times', () => {
    expect(toInstant('', 'Europe/Berlin')).toBeUndefined();
    expect(toInstant('2026-11-26T22:00', 'Nowhere/Land')).toBeUndefined();
    expect(isDoubtful('', 'Europe/Berlin')).toBe(false);
  });
});
