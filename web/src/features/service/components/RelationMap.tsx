// The relation map: CIs as boxes, what they need below them; each box leads to its CI.
import {
  Background,
  Controls,
  Handle,
  Position,
  ReactFlow,
  useReactFlow,
  type Edge,
  type Node,
  type NodeProps,
} from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import { useMemo, type FocusEvent } from 'react';
import { paths } from '@/app/paths';
import { Link } from '@/ui/Link';
import { wordOf } from '@/ui/texts';
import { NODE_HEIGHT, NODE_WIDTH, placeMap, type Direction } from '../map';
import type { RelationMap as MapData } from '../queries';
import { relationWord, texts } from '../texts';
import classes from './RelationMap.module.css';

interface Props {
  map: MapData;
  /** The id of the CI that the map is about. */
  focus?: string;
  /** Too narrow for the whole: shown in reading size around that CI, to be moved. */
  near?: boolean;
}

interface CiData extends Record<string, unknown> {
  node: MapData['nodes'][number];
  direction: Direction;
  focused: boolean;
}

type CiNode = Node<CiData, 'ci'>;

/** Beyond this many the words hide the lines; the list has them all. */
const LABELS_MAX = 24;
const HEIGHT_MIN = 220;
const HEIGHT_MAX = 460;

const nodeTypes = { ci: CiBox };

export function RelationMap({ map, focus, near }: Props) {
  const { direction, height, nodes: placed } = useMemo(() => placeMap(map), [map]);
  const nodes = useMemo<CiNode[]>(
    () =>
      placed.map(({ node, x, y }) => ({
        id: node.ci.id,
        type: 'ci',
        position: { x, y },
        width: NODE_WIDTH,
        height: NODE_HEIGHT,
        data: { node, direction, focused: node.ci.id === focus },
        // The link inside the box takes the focus; the frame around it would be a second stop.
        focusable: false,
      })),
    [placed, direction, focus],
  );
  const edges = useMemo<Edge[]>(
    () =>
      map.edges.map((edge) => ({
        id: `${edge.from} ${edge.kind} ${edge.to}`,
        source: edge.from,
        target: edge.to,
        label: map.edges.length > LABELS_MAX ? undefined : relationWord(edge.kind),
        focusable: false,
      })),
    [map],
  );
  const middle = near ? (nodes.find((node) => node.data.focused) ?? nodes[0]) : undefined;
  return (
    <div
      className={classes.frame}
      style={{ height: Math.min(HEIGHT_MAX, Math.max(HEIGHT_MIN, height + 72)) }}
    >
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        fitView
        fitViewOptions={{ padding: 0.12, maxZoom: 1, nodes: middle ? [middle] : undefined }}
        minZoom={0.2}
        nodesDraggable={false}
        nodesConnectable={false}
        elementsSelectable={false}
        zoomOnScroll={false}
        preventScrolling={false}
        key={direction}
        aria-label={texts.map}
      >
        <Background gap={20} size={1} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}

function CiBox({ data, positionAbsoluteX, positionAbsoluteY }: NodeProps<CiNode>) {
  const { node, focused } = data;
  const flow = useReactFlow();
  // The box that the keyboard has reached comes into the frame.
  const reveal = (event: FocusEvent<HTMLElement>) => {
    const frame = event.currentTarget.closest('.react-flow');
    if (!frame || !event.currentTarget.matches(':focus-visible')) return;
    // The browser scrolls what it may not: the map moves itself.
    frame.scrollTo(0, 0);
    const [x, y] = [positionAbsoluteX + NODE_WIDTH / 2, positionAbsoluteY + NODE_HEIGHT / 2];
    void flow.setCenter(x, y, { zoom: flow.getZoom() });
  };
  const across = data.direction === 'LR';
  return (
    <>
      <Handle
        type="target"
        position={across ? Position.Left : Position.Top}
        className={classes.handle}
      />
      <Link
        to={paths.ci(node.ci.id)}
        className={classes.box}
        data-focused={focused || undefined}
        data-criticality={node.criticality}
        aria-label={texts.mapOpen(node.ci.name)}
        aria-current={focused ? 'true' : undefined}
        onFocus={reveal}
      >
        <span className={classes.name} title={node.ci.name}>
          {node.ci.name}
        </span>
        <span className={classes.kind}>
          {wordOf(node.kind)}
          {node.service ? ` · ${node.service.name}` : ''}
        </span>
      </Link>
      <Handle
        type="source"
        position={across ? Position.Right : Position.Bottom}
        className={classes.handle}
      />
    </>
  );
}
