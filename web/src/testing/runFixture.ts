// A run for tests: two changes, a wait between them, a point of no return at the end.
import type { Schema } from '@/lib/schema';
import { at, changes, deploying, mara, me, release, running } from './fixtures';

type Run = Schema<'Run'>;
type RunStep = Schema<'RunStep'>;
type RunLeg = Schema<'RunLeg'>;

function leg(state: string, more: Partial<RunLeg> = {}): RunLeg {
  const attempts = state === 'waiting' ? 0 : 1;
  return { state, attempts, started_at: null, at: null, next_at: null, note: null, ...more };
}

function step(key: string, needs: string[], more: Partial<RunStep> = {}): RunStep {
  return {
    key,
    needs,
    kind: 'manual',
    change: null,
    text: null,
    undo: 'reversible',
    undo_text: null,
    forward: leg('waiting'),
    actions: [],
    ...more,
  };
}

/** What the reader may answer about a step. */
export function answers(...names: string[]) {
  return names.map((name) => ({ name, allowed: true }));
}

/** Verbs that the reader may do; the others are refused. */
export function mayDo(...names: string[]) {
  const all = ['pause', 'resume', 'abort', 'alarm', 'decide', 'give_up', 'rollback'];
  const refusal = { code: 'deployment.not_now', detail: 'not now' };
  return all.map((name) =>
    names.includes(name) ? { name, allowed: true } : { name, allowed: false, refusal },
  );
}

const schema = step('schema', [], {
  change: 'CHG-41',
  kind: 'http',
  forward: leg('done', { at: at(-0.5), started_at: at(-0.6), note: '200 OK' }),
});
const gateway = step('gateway', ['schema'], {
  change: 'CHG-42',
  text: 'Switch the gateway over.',
  undo_text: 'Switch the gateway back.',
  forward: leg('running', { started_at: at(-0.1), next_at: at(20) }),
  actions: answers('done', 'failed'),
});
const mails = step('mails', ['schema'], {
  change: 'CHG-43',
  kind: 'http',
  undo: 'irreversible',
  undo_text: 'what was mailed stays mailed',
  forward: leg('done', { at: at(-0.2) }),
});
const watch = step('watch', ['gateway', 'mails'], {
  kind: 'wait',
  undo: 'nothing',
  actions: answers('skip'),
});

const run: Run = {
  phase: 'running',
  paused: false,
  ending: null,
  decision: null,
  waits: [{ what: 'act', step: 'gateway', way: 'forward', attempt: 1 }],
  steps: [schema, gateway, mails, watch],
  stands: [],
  minutes_forward: 22,
  minutes_back: 15,
  rollback_fits_until: at(2),
  minutes_to_point_of_no_return: 12,
  watched: false,
  triggers: [],
  taken_back: [],
  way_back: {
    steps: ['gateway', 'schema'],
    stands: [{ step: 'mails', why: 'what was mailed stays mailed' }],
    dragged: [],
    minutes: 15,
  },
  actions: mayDo('pause', 'abort', 'rollback'),
};

export function carriedBy(more: Partial<Run> = {}): Schema<'CarriedOut'> {
  return { ...byHand, run: { ...run, ...more } };
}

export const byHand: Schema<'CarriedOut'> = {
  release: { id: deploying.id, number: deploying.number, name: deploying.title },
  window: running,
  deployment: deploying.deployment!,
  rehearsals: { days: 12, items: [] },
  updates: { plan: null, owner: null, due_at: null, overdue: false, draft: '', sent: [] },
  rollback_plan: {
    ...release.rollback_plan,
    known_limits: [
      { service: { id: 'svc_01', name: 'Card ledger' }, what: 'Postings are sent at once.' },
    ],
  },
};

/** A step failed, and the owner is asked. */
export const asking = carriedBy({
  steps: [
    schema,
    {
      ...gateway,
      forward: leg('failed', { at: at(-0.05), note: 'it answers 502' }),
      actions: answers('done', 'retry', 'skip'),
    },
    mails,
    watch,
  ],
  waits: [{ what: 'decision', step: null, way: null, attempt: null }],
  actions: mayDo('pause', 'abort', 'decide', 'rollback'),
  decision: {
    why: ['step gateway failed: it answers 502'],
    owner: mara,
    asked_at: at(0),
    until: new Date(Date.now() + 15 * 60_000).toISOString(),
    default: 'rollback',
  },
});

/** It is taken back: one step by a person, one that could not be. */
export const goingBack = carriedBy({
  phase: 'rolling_back',
  steps: [
    { ...schema, back: leg('waiting') },
    {
      ...gateway,
      back: leg('running', { started_at: at(-0.05) }),
      actions: answers('done', 'failed'),
    },
    mails,
    watch,
  ],
  waits: [{ what: 'act', step: 'gateway', way: 'back', attempt: 1 }],
  stands: [{ step: 'mails', why: 'what was mailed stays mailed' }],
  taken_back: ['gateway', 'schema'],
});

const PERMISSIONS = ['read', 'release.deploy', 'release.rollback'];

/** Someone who carries releases out. */
export const deployer = {
  'GET /session': { ...me, permissions: PERMISSIONS },
  'GET /releases/REL-18': {
    ...deploying,
    changes,
    actions: [
      { name: 'rollback', allowed: true },
      { name: 'step_back', allowed: true },
      { name: 'send_update', allowed: true },
    ],
  },
};

/** Bad for so long that all is taken back in a minute. */
export const trigger: Schema<'RunTrigger'> = {
  key: 'errors',
  what: 'rate(errors[1m]) is at most 0.01',
  value: 'bad',
  since: at(0),
  note: 'rate(errors[1m]) is 0.25',
  on_bad: 'rollback',
  bad_seconds: 60,
  on_no_data: 'ask',
  no_data_seconds: 120,
  fires_at: new Date(Date.now() + 60_000).toISOString(),
  fired: false,
};
