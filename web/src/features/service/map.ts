// Where the CIs of a relation map stand: those that need first, what they need after them.
import { Graph, layout } from '@dagrejs/dagre';
import type { Schema } from '@/lib/schema';

export const NODE_WIDTH = 172;
export const NODE_HEIGHT = 48;
/** The shape of the frame the map is shown in. */
const FRAME = { width: 780, height: 460 };

export type Direction = 'TB' | 'LR';

interface PlacedNode {
  node: Schema<'MapNode'>;
  x: number;
  y: number;
}

export interface PlacedMap {
  /** From top to bottom, or from left to right. */
  direction: Direction;
  nodes: PlacedNode[];
  /** How far it reaches down. */
  height: number;
}

/** Places each CI in the direction that fits the frame best; the same map gives the same picture. */
export function placeMap(map: Schema<'Map'>): PlacedMap {
  const down = place(map, 'TB');
  const across = place(map, 'LR');
  return across.scale > down.scale
    ? { direction: 'LR', nodes: across.nodes, height: across.height }
    : { direction: 'TB', nodes: down.nodes, height: down.height };
}

function place(map: Schema<'Map'>, direction: Direction) {
  const graph = new Graph();
  const ranksep = direction === 'TB' ? 52 : 92;
  graph.setGraph({ rankdir: direction, nodesep: 20, ranksep, marginx: 16, marginy: 16 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of map.nodes) {
    graph.setNode(node.ci.id, { width: NODE_WIDTH, height: NODE_HEIGHT });
  }
  for (const edge of map.edges) {
    if (graph.hasNode(edge.from) && graph.hasNode(edge.to)) graph.setEdge(edge.from, edge.to);
  }
  layout(graph);
  const nodes: PlacedNode[] = map.nodes.map((node) => {
    const at = graph.node(node.ci.id);
    return { node, x: (at.x ?? 0) - NODE_WIDTH / 2, y: (at.y ?? 0) - NODE_HEIGHT / 2 };
  });
  const right = Math.max(1, ...nodes.map((each) => each.x + NODE_WIDTH));
  const bottom = Math.max(1, ...nodes.map((each) => each.y + NODE_HEIGHT));
  return { nodes, height: bottom, scale: Math.min(1, FRAME.width / right, FRAME.height / bottom) };
}
