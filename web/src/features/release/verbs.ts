// The verbs of a release in words, and which of them is the next one in each phase.
import { pickPrimary, verbs, type ActionItem, type VerbText } from '@/ui/actions';
import { RECORD } from '@/ui/record/texts';
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

const DANGER = new Set(['rollback', 'give_up', 'cancel', 'reject']);

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
      text('edit', VERB.edit, 'e'),
      text('scope', VERB.scope),
      text('approve', VERB.approve, 'a'),
      text('reject', VERB.reject, 'r'),
      text('abstain', VERB.abstain),
      text('meet_condition', RECORD.meet),
      text('submit', VERB.submit),
      text('advance', VERB.advance(nextState(release))),
      text('schedule', release.scheduled ? VERB.reschedule : VERB.schedule),
      text('extend', VERB.extend),
      text('deploy', VERB.deploy),
      text('verify', verifyWord(release)),
      text('close', VERB.close),
      text('hold', VERB.hold),
      text('resume', VERB.resume),
      text('rollback', VERB.rollback),
      text('give_up', VERB.giveUp),
      text('cancel', VERB.cancel),
    ]),
  );
  const preferred = release.held ? ['resume'] : next(release);
  const primary = writeReview(release, all, start) ?? pickPrimary(all, preferred);
  // A verb of another phase says nothing here; any other refusal is worth reading.
  const others = all.filter((item) => item.allowed || !isOfOtherPhase(item));
  return { all, primary, others };
}

/** The changes of its deployment that failed, as long as it may go on or back. */
export function failedOf(release: Release): string[] {
  if (!['deployment', 'verification'].includes(release.phase)) return [];
  const steps = release.deployment?.steps ?? [];
  return steps
    .filter((step) => step.state === 'failed')
    .map((step) => step.change.number ?? step.change.name);
}

/** After a failure the way back comes first. */
function next(release: Release): string[] {
  const inPhase = NEXT[release.phase] ?? [];
  // A committed window is waited for; moving it is no next step.
  const usual = release.scheduled ? inPhase.filter((verb) => verb !== 'schedule') : inPhase;
  return failedOf(release).length > 0 ? ['rollback', ...usual] : usual;
}

function verifyWord(release: Release): string {
  if (release.phase !== 'deployment') return VERB.verify;
  return failedOf(release).length > 0 ? VERB.finishWithout : VERB.finish;
}

/** While the review is not written, it is the next thing, and closing is not. */
function writeReview(
  release: Release,
  all: ActionItem[],
  start: (verb: string) => void,
): ActionItem | undefined {
  const close = all.find((item) => item.name === 'close');
  if (release.phase !== 'review' || !release.review || close?.allowed) return undefined;
  return { name: 'review', label: VERB.review, allowed: true, run: () => start('review') };
}

function isOfOtherPhase(item: ActionItem): boolean {
  return item.refusal?.code.endsWith('.wrong_phase') ?? true;
}

function nextState(release: Release): string {
  const at = release.states.findIndex((each) => each.name === release.state);
  return (release.states[at + 1]?.name ?? 'the next state').replaceAll('_', ' ');
}
