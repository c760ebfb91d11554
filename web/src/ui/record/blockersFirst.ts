// The order of conflicts: what blocks, what warns, what was accepted, what is over.
import type { Schema } from '@/lib/schema';

type Conflict = Pick<Schema<'Conflict'>, 'state' | 'severity' | 'exempt'>;

/** Whether it stops the record now. */
export function blocks({ state, severity, exempt }: Conflict): boolean {
  return state === 'open' && severity === 'blocking' && !exempt;
}

function rank(conflict: Conflict): number {
  if (blocks(conflict)) return 0;
  if (conflict.state === 'open') return 1;
  return conflict.state === 'accepted' ? 2 : 3;
}

export function blockersFirst<Each extends Conflict>(conflicts: Each[]): Each[] {
  return [...conflicts].sort((a, b) => rank(a) - rank(b));
}
