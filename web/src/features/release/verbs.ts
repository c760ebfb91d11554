// The verbs of a release in words, and which of them is the next one in each phase.
import { pickPrimary, verbs, type ActionItem, type VerbText } from '@/ui/actions';
import type { Release } from './queries';
import { VERB } from './texts';

const NEXT: Record<string, string[]> = {
  planning: ['submit', 'advance'],
  build: ['submit', 'advance'],
  test: ['submit'],
  approval: ['approve', 'deploy', 'schedule'],
  deployment: ['verify'],
  verification: ['verify'],
  review: ['close'],
};

const DANGER = new Set(['rollback', 'cancel', 'reject']);

export function releaseActions(
  release: Release,
  start: (verb: string) => void,
  busy: boolean,
): { all: ActionItem[]; primary?: ActionItem; others: ActionItem[] } {
  const text = (name: string, label: string, key?: string): [string, VerbText] => [
    name,
    { label, key, busy, danger: DANGER.has(name), run: () => start(name) },
  ];
  const all = verbs(
    release.actions,
    Object.fromEntries([
      text('approve', VERB.approve, 'a'),
      text('reject', VERB.reject, 'r'),
      text('abstain', VERB.abstain),
      text('submit', VERB.submit),
      text('advance', VERB.advance(nextState(release))),
      text('schedule', release.scheduled ? VERB.reschedule : VERB.schedule),
      text('extend', VERB.extend),
      text('deploy', VERB.deploy),
      text('verify', release.phase === 'deployment' ? VERB.finish : VERB.verify),
      text('close', VERB.close),
      text('hold', VERB.hold),
      text('resume', VERB.resume),
      text('clone', VERB.clone),
      text('rollback', VERB.rollback),
      text('cancel', VERB.cancel),
    ]),
  );
  const preferred = release.held ? ['resume'] : (NEXT[release.phase] ?? []);
  const primary = pickPrimary(all, preferred);
  // Verbs of another phase say nothing here; those that make sense now stay, refused or not.
  const others = all.filter((item) => item.allowed || CLOSE_BY[release.phase]?.has(item.name));
  return { all, primary, others };
}

/** Refused verbs that are still worth showing in a phase, with their reason. */
const CLOSE_BY: Record<string, Set<string>> = {
  planning: new Set(['submit', 'schedule', 'cancel', 'hold']),
  build: new Set(['submit', 'schedule', 'cancel', 'hold']),
  test: new Set(['submit', 'schedule', 'cancel', 'hold']),
  approval: new Set(['approve', 'reject', 'schedule', 'deploy', 'hold', 'cancel']),
  deployment: new Set(['verify', 'rollback', 'extend']),
  verification: new Set(['verify', 'rollback']),
  review: new Set(['close']),
};

function nextState(release: Release): string {
  const at = release.states.findIndex((each) => each.name === release.state);
  return (release.states[at + 1]?.name ?? 'the next state').replaceAll('_', ' ');
}
