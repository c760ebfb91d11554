// Steps as a graph: those that need nothing left, what needs them right of them. A box leads to the
// step in the list beside it, which says the same in words.
import type { KeyboardEvent, ReactNode } from 'react';
import type { Tone } from '../tones';
import { levelsOf, type Needing } from './levels';
import classes from './StepGraph.module.css';

const BOX = { width: 168, height: 58 };
const GAP = { across: 44, down: 14 };

interface GraphStep extends Needing {
  /** The second line: what kind it is, and where it stands. */
  detail: string;
  mark?: ReactNode;
  tone?: Tone;
  now?: boolean;
  /** Nothing behind it is taken back. */
  noReturn?: boolean;
}

interface Props {
  label: string;
  steps: GraphStep[];
  current?: string;
  onPick?: (key: string) => void;
}

interface Placed extends GraphStep {
  x: number;
  y: number;
}

export function StepGraph({ label, steps, current, onPick }: Props) {
  const levels = levelsOf(steps);
  const placed = new Map<string, Placed>();
  levels.forEach((level, column) =>
    level.forEach((step, row) =>
      placed.set(step.key, {
        ...step,
        x: column * (BOX.width + GAP.across),
        y: row * (BOX.height + GAP.down),
      }),
    ),
  );
  const width = levels.length * (BOX.width + GAP.across) - GAP.across;
  const height =
    Math.max(1, ...levels.map((level) => level.length)) * (BOX.height + GAP.down) - GAP.down;
  const all = [...placed.values()];
  return (
    <div
      className={classes.frame}
      role="group"
      aria-label={label}
      onKeyDown={move}
      tabIndex={onPick ? -1 : 0}
    >
      <div className={classes.graph} style={{ width, height }}>
        <svg width={width} height={height} className={classes.lines} aria-hidden="true">
          {all.flatMap((step) =>
            step.needs.map((need) => {
              const from = placed.get(need);
              return from && <path key={`${need} ${step.key}`} d={line(from, step)} />;
            }),
          )}
        </svg>
        {all.map((step) => (
          <Box
            key={step.key}
            step={step}
            current={step.key === current}
            onPick={onPick && (() => onPick(step.key))}
          />
        ))}
      </div>
    </div>
  );
}

function Box(props: { step: Placed; current: boolean; onPick?: () => void }) {
  const { step, current, onPick } = props;
  const look = {
    className: classes.box,
    'data-tone': step.tone ?? 'neutral',
    'data-now': step.now || undefined,
    'data-no-return': step.noReturn || undefined,
    style: { left: step.x, top: step.y, ...BOX },
    title: step.key,
  };
  const words = (
    <>
      <span className={classes.name}>
        {step.mark}
        <span>{step.key}</span>
      </span>{' '}
      <span className={classes.detail}>{step.detail}</span>
    </>
  );
  if (!onPick) return <div {...look}>{words}</div>;
  return (
    <button type="button" {...look} aria-pressed={current} onClick={onPick}>
      {words}
    </button>
  );
}

function line(from: Placed, to: Placed): string {
  const [x1, y1] = [from.x + BOX.width, from.y + BOX.height / 2];
  const [x2, y2] = [to.x, to.y + BOX.height / 2];
  const middle = (x1 + x2) / 2;
  return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
}

/** The arrows go from box to box, in the order of the graph. */
function move(event: KeyboardEvent<HTMLElement>) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const boxes = [...event.currentTarget.querySelectorAll('button')];
  const at = boxes.indexOf(document.activeElement as HTMLButtonElement);
  const next = boxes[at + step];
  if (at < 0 || !next) return;
  event.preventDefault();
  next.focus();
}
