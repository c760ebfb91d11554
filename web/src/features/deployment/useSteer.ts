// The verbs of a run and of its steps: the run says what may be done, the page only words it.
import { useState } from 'react';
import type { Schema } from '@/lib/schema';
import { useVerb } from '@/lib/verb';
import { actionOf, verbs, type ActionItem } from '@/ui/actions';
import { deploymentPath } from '@/ui/record/useCarriedOut';
import { say } from '@/ui/say';
import type { Release, Run, RunStep } from './queries';
import { RUN, VERB } from './texts';

type Way = 'forward' | 'back';

/** What a dialog asks for before it is sent: a reason, or how far it is taken back. */
export type Reasoned =
  | { verb: 'abort' }
  | { verb: 'give-up' }
  | { verb: 'continue' }
  | { verb: 'skip'; step: string }
  | { verb: 'failed'; step: string; way: Way; attempt: number };
type Asking = Reasoned | { verb: 'rollback' };

export function useSteer(release: string) {
  const [asking, ask] = useState<Asking>();
  const send = useVerb(deploymentPath(release), undefined, (done) => {
    ask(undefined);
    say(`${release}: ${RUN.sent[done] ?? done}`);
  });
  return { send, asking, ask };
}

export type Steer = ReturnType<typeof useSteer>;

/** A verb of the run, as the run says that it may be done. */
export function runVerb(run: Run, name: string, label: string, start: () => void): ActionItem {
  const action = actionOf(run.actions, name);
  return {
    name,
    label,
    allowed: action?.allowed ?? false,
    refusal: action?.refusal,
    run: start,
  };
}

/** A verb of the release about its way back, as the release says that it may be done. */
export function rollbackVerb(
  release: Release | undefined,
  name: string,
  label: string,
  run: () => void,
): ActionItem | undefined {
  const action = actionOf(release?.actions, name);
  if (!action) return undefined;
  return { name, label, allowed: action.allowed, refusal: action.refusal, danger: true, run };
}

/** Taking a run back, and giving that up. */
export function wayBackVerbs(run: Run, steer: Steer) {
  const verb = (name: string, label: string, start: () => void): ActionItem => ({
    ...runVerb(run, name, label, start),
    danger: true,
  });
  return {
    rollback: verb('rollback', VERB.rollback, () => steer.ask({ verb: 'rollback' })),
    giveUp: verb('give_up', VERB.giveUp, () => steer.ask({ verb: 'give-up' })),
  };
}

/** Pause, go on, stop. */
export function steering(run: Run, steer: Steer): ActionItem[] {
  const { send } = steer;
  const paused = run.paused
    ? runVerb(run, 'resume', VERB.resume, () => send.run('resume', {}))
    : runVerb(run, 'pause', VERB.pause, () => send.run('pause', {}));
  const abort = {
    ...runVerb(run, 'abort', VERB.abort, () => steer.ask({ verb: 'abort' })),
    danger: true,
  };
  if (run.phase === 'rolling_back') return [paused];
  return run.phase === 'running' ? [paused, ...(run.ending ? [] : [abort])] : [];
}

/** What can be answered about a step, as the run says, in the words that fit where it stands. */
export function answersTo(run: Run, step: RunStep, steer: Steer): ActionItem[] {
  const { send } = steer;
  const way: Way = step.back ? 'back' : 'forward';
  const leg = step.back ?? step.forward;
  const wait = run.waits.find((each) => each.step === step.key && each.way === way);
  const attempt = wait?.attempt ?? leg.attempts;
  const report = (result: string) => () =>
    send.run(
      'report',
      { step: step.key, way, attempt, result } satisfies Schema<'ReportRun'>,
      false,
    );
  const words = wordsFor(step, way, wait?.what);
  return verbs(step.actions, {
    retry: { label: VERB.retry, run: () => send.run('retry', { step: step.key }) },
    skip: { label: VERB.skip, run: () => steer.ask({ verb: 'skip', step: step.key }) },
    done: { label: words.done, run: report('done') },
    not_begun: { label: VERB.notBegun, run: report('not_begun') },
    failed: {
      label: words.failed,
      run: () => steer.ask({ verb: 'failed', step: step.key, way, attempt }),
    },
  });
}

function wordsFor(step: RunStep, way: Way, waits: string | undefined) {
  if (waits === 'tell') return { done: VERB.wasDone, failed: VERB.hasFailed };
  if (waits !== 'act') return { done: VERB.mended, failed: VERB.failed };
  if (step.kind === 'signoff' && way === 'forward') {
    return { done: VERB.signed, failed: VERB.refused };
  }
  return { done: way === 'back' ? VERB.takenBack : VERB.done, failed: VERB.failed };
}
