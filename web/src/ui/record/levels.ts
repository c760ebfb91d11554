// The order that the needs of steps make: on which level each stands, and so what is beside what.

export interface Needing {
  key: string;
  needs: string[];
}

/** The steps level by level: each stands one below the lowest that it needs. */
export function levelsOf<Step extends Needing>(steps: Step[]): Step[][] {
  const byKey = new Map(steps.map((step) => [step.key, step]));
  const depths = new Map<string, number>();
  const depth = (step: Step, above: Set<string>): number => {
    const known = depths.get(step.key);
    if (known !== undefined) return known;
    // A plan that is being written may go round in a circle: each is drawn once all the same.
    const under = new Set(above).add(step.key);
    const needs = step.needs.flatMap((key) => (under.has(key) ? [] : (byKey.get(key) ?? [])));
    const found = Math.max(-1, ...needs.map((need) => depth(need, under))) + 1;
    depths.set(step.key, found);
    return found;
  };
  const levels: Step[][] = [];
  for (const step of byKey.values()) (levels[depth(step, new Set())] ??= []).push(step);
  return Array.from(levels, (level) => level ?? []);
}
