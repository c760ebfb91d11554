// How bad open conflicts are: one answer for the colour and the word, wherever a record is shown.

export type Severity = 'blocking' | 'warning';

interface Counted {
  conflicts_open: number;
  /** Those of the open ones that block. */
  conflicts_blocking: number;
}

/** The worst of a record's open conflicts; undefined when it has none. */
export function severityOf(record: Counted): Severity | undefined {
  if (record.conflicts_open === 0) return undefined;
  return record.conflicts_blocking > 0 ? 'blocking' : 'warning';
}

/** `1 blocking conflict`, `2 conflict warnings`, `3 open conflicts, 1 blocking`. */
export function severityWords({ conflicts_open: open, conflicts_blocking: stop }: Counted): string {
  if (stop === 0) return open === 1 ? '1 conflict warning' : `${open} conflict warnings`;
  if (stop === open) return open === 1 ? '1 blocking conflict' : `${open} blocking conflicts`;
  return `${open} open conflicts, ${stop} blocking`;
}

/** How a conflict itself looks: as bad as it is while it is open, calm once someone answers for it. */
export function lookOfConflict(conflict: { state: string; severity: string }): string {
  return conflict.state === 'open' ? conflict.severity : conflict.state;
}
