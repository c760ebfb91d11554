import { expect, it } from 'vitest';
import { lookOfConflict, severityOf, severityWords } from './severity';

const counted = (conflicts_open: number, conflicts_blocking: number) => ({
  conflicts_open,
  conflicts_blocking,
});

it('is blocking as soon as one open conflict blocks, and a warning otherwise', () => {
  expect(severityOf(counted(0, 0))).toBeUndefined();
  expect(severityOf(counted(2, 0))).toBe('warning');
  expect(severityOf(counted(2, 1))).toBe('blocking');
});

it('says in words what the colour says', () => {
  expect(severityWords(counted(1, 0))).toBe('1 conflict warning');
  expect(severityWords(counted(2, 0))).toBe('2 conflict warnings');
  expect(severityWords(counted(1, 1))).toBe('1 blocking conflict');
  expect(severityWords(counted(2, 2))).toBe('2 blocking conflicts');
  expect(severityWords(counted(3, 1))).toBe('3 open conflicts, 1 blocking');
});

it('is calm about a conflict that someone answers for', () => {
  expect(lookOfConflict({ state: 'open', severity: 'warning' })).toBe('warning');
  expect(lookOfConflict({ state: 'accepted', severity: 'blocking' })).toBe('accepted');
});
