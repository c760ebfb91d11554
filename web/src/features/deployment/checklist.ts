// The way back as one ordered list, whether a run takes it or people do.
import { stepKind } from '@/ui/record/texts';
import type { CarriedOut, Run, RunStep } from './queries';

export interface Item {
  key: string;
  title: string;
  /** What is done to take it back. */
  how?: string;
  minutes?: number;
  state: string;
  at?: string;
  note?: string;
  /** Begun, and nobody knows what it did. */
  uncertain: boolean;
  /** It is its turn. */
  now: boolean;
}

export interface Checklist {
  /** It was decided; otherwise this is what a rollback would do. */
  decided: boolean;
  items: Item[];
}

export function checklistOf(carried: CarriedOut): Checklist {
  return carried.run ? ofRun(carried.run) : byHand(carried);
}

function ofRun(run: Run): Checklist {
  const decided = run.taken_back.length > 0 || isGoingBack(run.phase);
  const keys = decided ? run.taken_back : run.way_back.steps;
  const steps = keys.flatMap((key) => run.steps.find((step) => step.key === key) ?? []);
  const item = (step: RunStep): Item => ({
    key: step.key,
    title: [step.key, stepKind(step.kind), step.change].filter(Boolean).join(' · '),
    how: step.undo_text ?? undefined,
    state: step.back?.state ?? 'waiting',
    at: step.back?.at ?? undefined,
    note: step.back?.note ?? undefined,
    uncertain: (step.back ?? step.forward).state === 'uncertain',
    now:
      ['running', 'uncertain', 'retrying', 'failed'].includes(step.back?.state ?? '') &&
      run.phase === 'rolling_back',
  });
  return { decided, items: steps.map(item) };
}

function isGoingBack(phase: string): boolean {
  return ['rolling_back', 'rolled_back', 'given_up'].includes(phase);
}

function byHand({ deployment, rollback_plan: plan }: CarriedOut): Checklist {
  const { rollback } = deployment;
  if (!rollback) {
    const items = plan.steps.map((step) => ({
      key: step.change.id,
      title: [step.change.number, step.change.name].filter(Boolean).join(' '),
      how: step.plan,
      minutes: step.minutes,
      state: 'waiting',
      uncertain: step.uncertain,
      now: false,
    }));
    return { decided: false, items };
  }
  const current =
    deployment.state === 'rolling_back'
      ? rollback.steps.find((step) => step.state === 'waiting')
      : undefined;
  const items = rollback.steps.map((step) => {
    const planned = plan.steps.find((each) => each.change.id === step.change.id);
    return {
      key: step.change.id,
      title: [step.change.number, step.change.name].filter(Boolean).join(' '),
      how: planned?.plan,
      minutes: planned?.minutes,
      state: step.state,
      at: step.at ?? undefined,
      note: step.note ?? undefined,
      uncertain: step.uncertain,
      now: step === current,
    };
  });
  return { decided: true, items };
}
