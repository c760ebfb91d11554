// Conflicts of the calendar: each pair once, and those of one record.
import type { Conflict, Entry } from './model';

/** Conflicts worth showing: each pair once, however many records tell of it. */
export function distinctConflicts(conflicts: Conflict[]): Conflict[] {
  const seen = new Set<string>();
  return conflicts.filter((conflict) => {
    const sides = [conflict.subject?.id ?? '', conflict.with.id].sort().join(' ');
    const key = `${sides} ${conflict.overlap.start}`;
    if (conflict.state === 'resolved' || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

export function conflictsOf(entry: Entry, conflicts: Conflict[]): Conflict[] {
  const id = entry.subject.id;
  return distinctConflicts(conflicts).filter(
    (conflict) => conflict.subject?.id === id || conflict.with.id === id,
  );
}
