// Blockers come first, what is over comes last.
import { expect, it } from 'vitest';
import { blockersFirst } from './blockersFirst';

it('puts what blocks before what warns, and what is over last', () => {
  const of = (state: string, severity: string) => ({ state, severity });
  const mixed = [
    of('resolved', 'blocking'),
    of('open', 'warning'),
    of('accepted', 'blocking'),
    of('open', 'blocking'),
  ];
  expect(blockersFirst(mixed).map((each) => `${each.state} ${each.severity}`)).toEqual([
    'open blocking',
    'open warning',
    'accepted blocking',
    'resolved blocking',
  ]);
});
