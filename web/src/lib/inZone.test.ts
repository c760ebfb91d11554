// Instants inside sentences, in the reader's zone.
import { expect, it } from 'vitest';
import { inZone } from './inZone';

it('reads every instant of a sentence in the zone, and leaves all else alone', () => {
  const year = new Date().getUTCFullYear();
  const text = `CHG-60 works, from ${year}-01-05T22:00:00Z to ${year}-01-06T00:30:00.5Z`;
  const spoken = inZone(text, 'UTC');
  expect(spoken).toMatch(/^CHG-60 works, from \w{3} 5 Jan 22:00 UTC to \w{3} 6 Jan 00:30 UTC$/);
  expect(inZone('version 2026-13-99T99:99Z', 'UTC')).toBe('version 2026-13-99T99:99Z');
});
