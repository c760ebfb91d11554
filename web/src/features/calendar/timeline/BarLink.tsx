// One release or change on the timeline: a bar that leads to its record, and can be moved: dragged,
// or taken up with the space bar, moved with the arrow keys, saved with Enter, left with Escape.
import { useRef, type KeyboardEvent, type MouseEvent, type PointerEvent } from 'react';
import { useZone } from '@/lib/session';
import { Link } from '@/ui/Link';
import { severityOf } from '@/ui/severity';
import { useNow } from '@/ui/Time';
import { describe, lookOf } from '../describe';
import { useHeld, useMovingTools, type Moving } from '../Moving';
import { entryPath } from '../paths';
import { isMovable, snapped } from '../shift';
import { texts } from '../texts';
import { xOf, type Bar, type Scale } from './layout';
import classes from './Timeline.module.css';

/** A click with an unsteady hand is no drag. */
const DRAG_MIN_PX = 4;
const DAY_MINUTES = 24 * 60;

interface Props {
  bar: Bar;
  rowTop: number;
  scale: Scale;
  /** How far one step goes, in minutes. */
  step: number;
}

export function BarLink({ bar, rowTop, scale, step }: Props) {
  const zone = useZone();
  const { entry } = bar;
  const movable = isMovable(entry);
  const words = describe(entry, zone);
  const { moving, blocking } = useHeld();
  const held = moving?.bar === bar.key ? moving : undefined;
  const drag = useDrag(bar, scale, step);
  const keys = useKeysOf(bar, step);
  const offset = held ? (held.minutes * 60_000 * scale.width) / lengthOf(scale) : 0;
  return (
    <Link
      to={entryPath(entry)}
      className={classes.bar}
      data-stop=""
      data-row={bar.row}
      data-x={Math.round(bar.x)}
      data-kind={entry.kind}
      data-look={lookOf(entry)}
      data-movable={movable || undefined}
      data-held={held ? true : undefined}
      data-blocked={(held && (blocking ?? 0) > 0) || undefined}
      data-conflict={severityOf(entry)}
      data-clipped-start={bar.clippedStart || undefined}
      data-clipped-end={bar.clippedEnd || undefined}
      style={{
        left: bar.x,
        width: bar.width,
        top: bar.top - rowTop,
        transform: offset === 0 ? undefined : `translateX(${offset}px)`,
      }}
      title={movable ? `${words}\n${texts.moving.hint}` : words}
      aria-label={words}
      draggable={false}
      {...(movable ? { ...drag, ...keys } : {})}
    >
      <span
        className={bar.label === 'inside' ? classes.label : classes.labelBeside}
        data-place={bar.label}
        style={bar.label === 'inside' ? undefined : { maxWidth: bar.labelWidth }}
      >
        {entry.type === 'emergency' && <strong aria-hidden="true">! </strong>}
        <span className="mono">{entry.subject.number}</span> {entry.subject.name}
      </span>
      <Actual bar={bar} scale={scale} />
    </Link>
  );
}

/** When the work was really done, as a line along the foot of its window. */
function Actual({ bar, scale }: { bar: Bar; scale: Scale }) {
  const now = useNow(60_000);
  const { actual } = bar.entry;
  if (!actual) return null;
  const x = xOf(Date.parse(actual.start), scale);
  const end = xOf(actual.end ? Date.parse(actual.end) : now.getTime(), scale);
  return (
    <span
      aria-hidden="true"
      className={classes.actual}
      data-running={actual.end ? undefined : true}
      style={{ left: x - bar.x, width: Math.max(2, end - x) }}
    />
  );
}

function lengthOf({ range }: Scale): number {
  return range.endMs - range.startMs;
}

function useDrag(bar: Bar, scale: Scale, step: number) {
  const { moving } = useHeld();
  const { hold, save } = useMovingTools();
  const from = useRef<number>(undefined);
  // The click that ends a drag opens nothing.
  const dragged = useRef(false);
  const held = moving?.bar === bar.key && moving.by === 'pointer' ? moving : undefined;
  const leave = () => {
    from.current = undefined;
    if (held) hold(undefined);
  };
  return {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      // A finger scrolls; on a touch screen windows are moved on the record's page.
      if (event.button !== 0 || event.pointerType === 'touch') return;
      from.current = event.clientX;
      dragged.current = false;
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      if (from.current === undefined) return;
      const distance = event.clientX - from.current;
      if (!dragged.current && Math.abs(distance) < DRAG_MIN_PX) return;
      if (!dragged.current) event.currentTarget.setPointerCapture(event.pointerId);
      dragged.current = true;
      const minutes = snapped((distance * lengthOf(scale)) / scale.width, step);
      if (held?.minutes !== minutes) {
        hold({ entry: bar.entry, bar: bar.key, minutes, by: 'pointer' });
      }
    },
    onPointerUp: () => {
      from.current = undefined;
      if (held) save(held);
    },
    onPointerCancel: leave,
    onClick: (event: MouseEvent) => {
      if (dragged.current) event.preventDefault();
      dragged.current = false;
    },
    onBlur: () => {
      if (moving?.bar === bar.key) leave();
    },
  };
}

function useKeysOf(bar: Bar, step: number) {
  const { moving } = useHeld();
  const { hold, save } = useMovingTools();
  const held = moving?.bar === bar.key ? moving : undefined;
  return {
    onKeyDown: (event: KeyboardEvent) => {
      const next = afterKey(event, held, step);
      if (next === undefined) {
        if (event.key !== ' ' || held) return;
        event.preventDefault();
        hold({ entry: bar.entry, bar: bar.key, minutes: 0, by: 'keys' });
        return;
      }
      // What is held keeps these keys for itself.
      event.preventDefault();
      event.stopPropagation();
      if (next === 'save' && held) save(held);
      else hold(next === 'leave' || next === 'save' ? undefined : next);
    },
  };
}

function afterKey(
  event: KeyboardEvent,
  held: Moving | undefined,
  step: number,
): Moving | 'save' | 'leave' | undefined {
  if (!held) return undefined;
  const by = event.shiftKey ? DAY_MINUTES : step;
  switch (event.key) {
    case 'ArrowRight':
      return { ...held, minutes: held.minutes + by };
    case 'ArrowLeft':
      return { ...held, minutes: held.minutes - by };
    case 'Enter':
      return 'save';
    case 'Escape':
      return 'leave';
    default:
      return undefined;
  }
}
