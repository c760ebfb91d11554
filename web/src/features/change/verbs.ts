// The verbs of a change in words, and which of them is the next one in each phase.
import { pickPrimary, verbs, type ActionItem, type VerbText } from '@/ui/actions';
import { RECORD } from '@/ui/record/texts';
import { openRound } from '@/ui/record/vote';
import type { Change } from './queries';
import { texts } from './texts';

const NEXT: Record<string, string[]> = {
  draft: ['submit'],
  assess: ['assess'],
  authorise: ['schedule', 'start'],
  scheduled: ['start'],
  implement: ['complete'],
  review: ['close'],
};

/** Refused verbs that are still worth showing in a phase, with their reason. */
const SHOWN: Record<string, string[]> = {
  draft: ['submit', 'schedule', 'hold', 'cancel'],
  assess: ['assess', 'schedule', 'hold', 'cancel'],
  authorise: ['approve', 'reject', 'schedule', 'start', 'hold', 'cancel'],
  scheduled: ['start', 'schedule', 'hold', 'cancel'],
  implement: ['complete', 'extend'],
  review: ['close'],
};

const DANGER = new Set(['cancel', 'reject']);

function nextVerbs(change: Change): string[] {
  const verbs = NEXT[change.phase] ?? [];
  return openRound(change.rounds) ? ['approve', ...verbs] : verbs;
}

export interface ChangeActions {
  all: ActionItem[];
  primary?: ActionItem;
  others: ActionItem[];
}

export function changeActions(
  change: Change,
  start: (verb: string) => void,
  busy: boolean,
): ChangeActions {
  const words = texts.verbs;
  const text = (name: string, label: string, key?: string): [string, VerbText] => [
    name,
    { label, key, busy, danger: DANGER.has(name), run: () => start(name) },
  ];
  const all = verbs(
    change.actions,
    Object.fromEntries([
      text('approve', words.approve, 'a'),
      text('reject', words.reject, 'r'),
      text('abstain', words.abstain),
      text('meet_condition', RECORD.meet),
      text('submit', words.submit),
      text('assess', words.assess),
      text('schedule', change.phase === 'scheduled' ? words.reschedule : words.schedule),
      text('start', words.start),
      text('extend', words.extend),
      text('complete', words.complete),
      text('close', words.close),
      text('hold', words.hold),
      text('resume', words.resume),
      text('clone', words.clone),
      text('cancel', words.cancel),
    ]),
  );
  // A copy is always possible; the server says no only to who may not raise changes.
  if (!all.some((item) => item.name === 'clone')) {
    all.push({ name: 'clone', label: words.clone, allowed: true, busy, run: () => start('clone') });
  }
  const preferred = change.held ? ['resume'] : nextVerbs(change);
  const primary = pickPrimary(all, preferred);
  const shown = SHOWN[change.phase] ?? [];
  return { all, primary, others: all.filter((item) => item.allowed || shown.includes(item.name)) };
}
