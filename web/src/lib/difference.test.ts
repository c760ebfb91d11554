import { expect, it } from 'vitest';
import { differences } from './difference';

it('shows what was added, changed and removed, and nothing that only moved', () => {
  const before = { window: { start: 'a', end: 'b' }, items: [{ name: 'x', v: 1 }, { name: 'y' }] };
  const after = { window: { start: 'a', end: 'c' }, items: [{ name: 'y' }, { name: 'x', v: 1 }] };
  expect(differences(before, after)).toEqual([{ path: 'window end', before: 'b', after: 'c' }]);
  expect(differences({ a: 1 }, { b: 2 })).toEqual([
    { path: 'a', before: '1', after: undefined },
    { path: 'b', before: undefined, after: '2' },
  ]);
  expect(differences(undefined, { a: 1 })).toEqual([{ path: 'a', before: undefined, after: '1' }]);
});
