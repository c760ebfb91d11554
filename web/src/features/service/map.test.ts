// The picture of a relation map: direction, no overlap, and broken edges.
import { expect, it } from 'vitest';

import { NODE_HEIGHT, NODE_WIDTH, placeMap } from './map';

const node = (id: string) => ({ ci: { id, name: id }, kind: 'server', criticality: 2 });
const edge = (from: string, to: string) => ({ from, to, kind: 'runs_on' });

it('puts what is needed below what needs it', () => {
  const placed = placeMap({
    nodes: ['web', 'vm', 'db'].map(node),
    edges: [edge('web', 'vm'), edge('vm', 'db')],
    truncated: false,
  });
  expect(placed.map((one) => one.y)).toEqual([...placed.map((one) => one.y)].sort((a, b) => a - b));
});

it('never lays one CI over another', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const placed = placeMap({
    nodes: names.map(node),
    edges: [edge('a', 'b'), edge('a', 'c'), edge('a', 'd'), edge('e', 'd')],
    truncated: false,
  });
  for (const one of placed) {
    for (const other of placed.filter((each) => each !== one)) {
      const apart =
        Math.abs(one.x - other.x) >= NODE_WIDTH || Math.abs(one.y - other.y) >= NODE_HEIGHT;
      expect(apart).toBe(true);
    }
  }
});

it('draws a map whose edges lead to CIs that are not on it, and one with a cycle', () => {
  const placed = placeMap({
    nodes: ['a', 'b'].map(node),
    edges: [edge('a', 'b'), edge('b', 'a'), edge('a', 'gone')],
    truncated: true,
  });
  expect(placed).toHaveLength(2);
});
