// Where the records on the calendar are read.
import { pathOf, paths } from '@/app/paths';
import type { Entry, Ref } from './model';

export function entryPath(entry: Entry, tab?: string): string {
  const name = entry.subject.number ?? entry.subject.id;
  return entry.kind === 'release' ? paths.release(name, tab) : paths.change(name, tab);
}

/** A side of a conflict; the periods of the calendar are read in the settings. */
export function refPath(record: Ref, kind?: string): string | undefined {
  if (kind === 'blackout') return paths.blackouts;
  if (kind === 'window') return paths.windows;
  if (kind === 'peak') return paths.peaks;
  if (kind === 'event') return paths.events;
  return pathOf(record);
}

export function conflictsPath(record: Ref): string {
  const name = record.number ?? record.id;
  return /^rel/i.test(name) ? paths.release(name, 'conflicts') : paths.change(name, 'conflicts');
}
