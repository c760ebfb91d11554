// Where the CIs of a relation map stand: those that need above, what they need below.
import { Graph, layout } from '@dagrejs/dagre';

import type { components } from '@/gen/api';

type Schemas = components['schemas'];

export const NODE_WIDTH = 172;
export const NODE_HEIGHT = 48;

export interface PlacedNode {
  node: Schemas['MapNode'];
  x: number;
  y: number;
}

/** Places each CI of the map; the same map always gives the same picture. */
export function placeMap(map: Schemas['Map']): PlacedNode[] {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'TB', nodesep: 24, ranksep: 56, marginx: 16, marginy: 16 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of map.nodes) {
    graph.setNode(node.ci.id, { width: NODE_WIDTH, height: NODE_HEIGHT });
  }
  for (const edge of map.edges) {
    if (graph.hasNode(edge.from) && graph.hasNode(edge.to)) graph.setEdge(edge.from, edge.to);
  }
  layout(graph);
  return map.nodes.map((node) => {
    const place = graph.node(node.ci.id);
    return { node, x: (place.x ?? 0) - NODE_WIDTH / 2, y: (place.y ?? 0) - NODE_HEIGHT / 2 };
  });
}
