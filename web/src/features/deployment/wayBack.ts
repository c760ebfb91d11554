// What taking a run back would do as it stands: for reading beforehand. The server decides.
import { levelsOf } from '@/ui/record/levels';
import type { Run, RunStep } from './queries';

export interface WouldTakeBack {
  /** What would be taken back, in the order in which that is begun. */
  steps: RunStep[];
  /** What was reached and would stand, and why. */
  stands: { step: string; why: string }[];
  /** The changes that go with those that were named. */
  dragged: string[];
  /** A point of no return that was reached: behind it nothing is taken back. */
  barredBy?: RunStep;
}

interface Scope {
  /** Only these changes, with what they drag along. */
  changes?: string[];
  asFarAsPossible?: boolean;
}

export function wouldTakeBack(run: Run, scope: Scope = {}): WouldTakeBack {
  const withdrawn = scope.changes ? withdrawnWith(run.steps, scope.changes) : run.steps;
  const chosen = withdrawn.filter(isReached);
  const dragged = changesOf(withdrawn).filter((change) => !scope.changes?.includes(change));
  const points = run.steps.filter((step) => step.undo === 'point_of_no_return' && isReached(step));
  const held = new Map<string, RunStep>();
  for (const point of points) {
    for (const before of allBefore(run.steps, point)) held.set(before.key, point);
  }
  const bars = (point: RunStep) =>
    [point, ...allBefore(run.steps, point)].some((step) => chosen.includes(step));
  const stands: WouldTakeBack['stands'] = [];
  const keys = new Set<string>();
  for (const step of chosen) {
    const point = held.get(step.key);
    if (step.undo === 'nothing') continue;
    if (step.undo === 'irreversible' || step.undo === 'point_of_no_return') {
      stands.push({ step: step.key, why: step.undo_text ?? '' });
    } else if (point) {
      stands.push({ step: step.key, why: `it lies before ${point.key}` });
    } else keys.add(step.key);
  }
  return {
    steps: backwards(run.steps).filter((step) => keys.has(step.key)),
    stands,
    dragged: scope.changes ? dragged : [],
    barredBy: scope.asFarAsPossible ? undefined : points.find(bars),
  };
}

/** In the order of the way back: what needs a step goes before it. */
export function backwards(steps: RunStep[]): RunStep[] {
  return levelsOf(steps).flat().reverse();
}

/** The changes of steps, each once. */
export function changesOf(steps: RunStep[]): string[] {
  return [...new Set(steps.flatMap((step) => step.change ?? []))];
}

/** A step that was begun may have had an effect, whatever became of it. */
export function isReached(step: RunStep): boolean {
  return step.forward.attempts > 0;
}

/** The steps of some changes, all that needs them, and the rest of the changes that those are of. */
function withdrawnWith(steps: RunStep[], changes: string[]): RunStep[] {
  const gone = new Set(steps.filter((step) => step.change && changes.includes(step.change)));
  for (let size = -1; size !== gone.size;) {
    size = gone.size;
    const keys = new Set([...gone].map((step) => step.key));
    const named = new Set(changesOf([...gone]));
    for (const step of steps) {
      const goes = (step.change && named.has(step.change)) || step.needs.some((it) => keys.has(it));
      if (goes) gone.add(step);
    }
  }
  return steps.filter((step) => gone.has(step));
}

function allBefore(steps: RunStep[], step: RunStep): RunStep[] {
  const found = new Set<RunStep>();
  const look = (each: RunStep) => {
    for (const need of steps.filter(({ key }) => each.needs.includes(key))) {
      if (found.has(need)) continue;
      found.add(need);
      look(need);
    }
  };
  look(step);
  return [...found];
}
