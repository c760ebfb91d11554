// The verbs of a run. What may be done is offered by what the run says that it waits for and by the
// reader's permissions; the server decides, and says why not.
import { useState } from 'react';
import type { Schema } from '@/lib/schema';
import { useCan } from '@/lib/session';
import { useVerb } from '@/lib/verb';
import { actionOf, type ActionItem } from '@/ui/actions';
import { offer } from '@/ui/offer';
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
  const deploy = { permission: 'release.deploy', allowed: useCan('release.deploy') };
  const rollback = { permission: 'release.rollback', allowed: useCan('release.rollback') };
  const sign = { permission: 'read', allowed: useCan('read') };
  const send = useVerb(deploymentPath(release), undefined, (done) => {
    ask(undefined);
    say(`${release}: ${RUN.sent[done] ?? done}`);
  });
  return { send, asking, ask, deploy, rollback, sign };
}

export type Steer = ReturnType<typeof useSteer>;

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

/** Pause, go on, stop. */
export function steering(run: Run, steer: Steer): ActionItem[] {
  const { send, deploy } = steer;
  const paused = run.paused
    ? offer('resume', deploy, VERB.resume, () => send.run('resume', {}))
    : offer('pause', deploy, VERB.pause, () => send.run('pause', {}));
  const abort = {
    ...offer('abort', deploy, VERB.abort, () => steer.ask({ verb: 'abort' })),
    danger: true,
  };
  if (run.phase === 'rolling_back') return [paused];
  return run.phase === 'running' ? [paused, ...(run.ending ? [] : [abort])] : [];
}

/** What can be answered about a step, by what it waits for and how it went. */
export function answersTo(run: Run, step: RunStep, steer: Steer): ActionItem[] {
  const { send, deploy, sign } = steer;
  if (!['running', 'rolling_back'].includes(run.phase)) return [];
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
  const failed = () => steer.ask({ verb: 'failed', step: step.key, way, attempt });
  const skip = offer('skip', deploy, VERB.skip, () => steer.ask({ verb: 'skip', step: step.key }));

  if (wait?.what === 'act') {
    const signs = step.kind === 'signoff' && way === 'forward';
    const words = signs
      ? [VERB.signed, VERB.refused]
      : [way === 'back' ? VERB.takenBack : VERB.done, VERB.failed];
    const held = signs ? sign : deploy;
    return [
      offer('done', held, words[0] ?? '', report('done')),
      offer('failed', held, words[1] ?? '', failed),
    ];
  }
  if (wait?.what === 'tell') {
    return [
      offer('done', deploy, VERB.wasDone, report('done')),
      offer('not_begun', deploy, VERB.notBegun, report('not_begun')),
      offer('failed', deploy, VERB.hasFailed, failed),
    ];
  }
  if (leg.state === 'failed' || leg.state === 'retrying') {
    return [
      offer('retry', deploy, VERB.retry, () => send.run('retry', { step: step.key })),
      skip,
      offer('mended', deploy, VERB.mended, report('done')),
    ];
  }
  return leg.state === 'waiting' ? [skip] : [];
}
