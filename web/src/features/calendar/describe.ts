// An entry of the calendar in words and in looks.
import { clock, day, dayClock, minutes, windowInZone, windowText } from '@/lib/dates';
import { severityWords } from '@/ui/severity';
import { wordOf } from '@/ui/texts';
import type { Entry } from './model';
import { texts } from './texts';

/** Past, committed or only planned: three looks that do not need colour. */
export function lookOf(entry: Entry): 'past' | 'committed' | 'planned' {
  if (entry.phase === 'closed' || entry.phase === 'review') return 'past';
  return entry.committed ? 'committed' : 'planned';
}

/** When it was carried out, or since when it is. */
export function actualOf({ actual, window }: Entry, zone: string): string | undefined {
  if (!actual) return undefined;
  const { start, end } = actual;
  const sameDay = day(start, zone) === day(window.start, zone);
  return end
    ? texts.carriedOut(windowText({ start, end }, zone))
    : texts.underWaySince(sameDay ? clock(start, zone) : dayClock(start, zone));
}

/** An entry in a sentence, for the tooltip and for screen readers. */
export function describe(entry: Entry, zone: string): string {
  const { window } = entry;
  const parts = [
    `${entry.subject.number ?? ''} ${entry.subject.name}`.trim(),
    `${wordOf(entry.type)} ${entry.kind}, ${wordOf(entry.phase).toLowerCase()}`,
    windowInZone(window, zone),
    entry.committed ? texts.committed : texts.planned,
  ];
  if (entry.awaits_approval) parts.push(texts.awaitsApproval);
  const actual = actualOf(entry, zone);
  if (actual) parts.push(actual);
  if (entry.kind === 'release') parts.push(texts.changesInside(entry.changes));
  if (entry.outage_minutes > 0) parts.push(texts.outage(minutes(entry.outage_minutes)));
  if (entry.conflicts_open > 0) parts.push(severityWords(entry));
  return parts.join(' · ');
}
