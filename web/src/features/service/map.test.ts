// The picture of a relation map: direction, no overlap, and broken edges.
import { expect, it } from 'vitest';

import { NODE_HEIGHT, NODE_WIDTH, placeMap } from './map';

const node = (id: string) => ({ ci: { id, name: id }, kind: 'server', criticality: 2 });
const edge = (from: string, to: string) => ({ from, to, kind: 'runs_on' });

it('puts what is needed after what needs it, downwards or across as the frame allows', () => {
  const chain = (...names: string[]) => ({
    nodes: names.map(node),
    edges: names.slice(1).map((name, index) => edge(names[index]!, name)),
    truncated: false,
  });
  const short = placeMap(chain('web', 'vm', 'db'));
  expect(short.direction).toBe('TB');
  expect(short.nodes[0]!.y).toBeLessThan(short.nodes[1]!.y);
  expect(short.nodes[1]!.y).toBeLessThan(short.nodes[2]!.y);
  const fan = placeMap({
    nodes: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(node),
    edges: ['b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name) => edge('a', name)),
    truncated: false,
  });
  expect(fan.direction).toBe('LR');
  expect(fan.nodes[0]!.x).toBeLessThan(fan.nodes[1]!.x);
});

it('never lays one CI over another', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const placed = placeMap({
    nodes: names.map(node),
    edges: [edge('a', 'b'), edge('a', 'c'), edge('a', 'd'), edge('e', 'd')],
    truncated: false,
  }).nodes;
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
  }).nodes;
  expect(placed).toHaveLength(2);
});
