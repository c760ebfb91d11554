// Records for tests, typed by the contract. Names are those of the examples in the documentation.
import type { Lamp, Me, Ref, Schema, Window } from '@/lib/schema';

const HOUR = 3_600_000;

export function at(hours: number): string {
  const now = Math.floor(Date.now() / HOUR) * HOUR;
  return new Date(now + hours * HOUR).toISOString();
}

export const anna: Ref = { id: 'per_01', name: 'Anna Requester' };
export const mara: Ref = { id: 'per_02', name: 'Mara Manager' };
export const cem: Ref = { id: 'per_03', name: 'Cem Board' };
export const payments: Ref = { id: 'tem_01', name: 'Payments' };

export const me: Me = {
  person: mara,
  login: 'mara_manager',
  roles: ['release_manager', 'cab_member'],
  permissions: ['read', 'change.write', 'release.write', 'approve'],
  teams: [payments],
  zone: 'Europe/Berlin',
};

export const about: Schema<'About'> = {
  product: 'interlock',
  version: '0.0.0',
  now: at(0),
  empty: false,
  demonstration: [
    { login: 'anna_requester', password: 'demo-anna-1', name: anna.name, title: 'Requester' },
    { login: 'mara_manager', password: 'demo-mara-1', name: mara.name, title: 'Release manager' },
  ],
};

export const soon: Window = { start: at(6), end: at(10), zone: 'Europe/Berlin' };
export const running: Window = { start: at(-1), end: at(3), zone: 'Europe/London' };

const route: Lamp[] = [
  { name: 'scope', state: 'clear', detail: '3 changes attached.' },
  { name: 'plans', state: 'clear', detail: 'Every change has a rollback plan, 55 minutes.' },
  { name: 'risk', state: 'clear', detail: 'High, recorded at submission.' },
  {
    name: 'conflicts',
    state: 'stop',
    detail: 'CHG-31 claims db-2 at the same time. Accept it with a reason or move the window.',
    action: 'schedule',
  },
  { name: 'approvals', state: 'waiting', detail: 'Waiting for 2 of 5 CAB votes, until Thu 14:00.' },
  { name: 'window', state: 'waiting', detail: 'Planned, not committed yet.' },
  { name: 'deployment', state: 'waiting', detail: 'Not started.' },
  { name: 'review', state: 'not_needed', detail: 'Opens by itself when the deployment is over.' },
];

export const risk: Schema<'Risk'> = {
  tier: 'high',
  points: 62,
  recorded: true,
  factors: [
    {
      name: 'criticality',
      points: 25,
      points_max: 30,
      evidence: 'ledger-db has criticality 1',
    },
    {
      name: 'dependants',
      points: 15,
      points_max: 25,
      evidence: '14 CIs depend on it',
    },
    { name: 'environment', points: 15, points_max: 15, evidence: 'production' },
    { name: 'customer_impact', points: 7, points_max: 20, evidence: 'degraded for 20 minutes' },
    { name: 'rollback', points: 0, points_max: 10, evidence: 'all plans present' },
  ],
};

function changeRow(number: number, title: string): Schema<'ChangeRow'> {
  return {
    id: `chg_${number}`,
    number: `CHG-${number}`,
    title,
    type: 'normal',
    phase: 'authorise',
    held: false,
    tier: number % 2 ? 'high' : 'low',
    environment: 'production',
    team: payments,
    requester: anna,
    implementer: cem,
    release: { id: 'rel_17', number: 'REL-17', name: 'Ledger 9' },
    window: soon,
    outcome: null,
    conflicts_open: number === 42 ? 1 : 0,
    conflicts_blocking: number === 42 ? 1 : 0,
    outside_release: false,
    source_number: null,
    updated_at: at(-3),
  };
}

export const changes = [
  changeRow(41, 'Move the ledger to schema 9'),
  changeRow(42, 'Roll out the payment gateway 4.2'),
  changeRow(43, 'Switch the settlement job to the new queue'),
];

function refOf(row: Schema<'ChangeRow'>): Ref {
  return { id: row.id, number: row.number, name: row.title };
}

const rollbackPlan: Schema<'RollbackPlan'> = {
  steps: [...changes].reverse().map((row, index) => ({
    change: refOf(row),
    plan: `Take back ${row.title.toLowerCase()}: stop the job, restore the former version, check.`,
    minutes: 10 + index * 15,
    uncertain: false,
  })),
  minutes: 75,
  latest_start: at(8),
  known_limits: [],
  cannot_be_undone: [
    { change: refOf(changes[2]!), what: 'Messages already sent to the new queue stay there.' },
  ],
  missing: [],
};

export const conflict: Schema<'Conflict'> = {
  id: 'cfl_1',
  kind: 'upstream_ci',
  severity: 'blocking',
  state: 'open',
  subject: { id: 'rel_17', number: 'REL-17', name: 'Ledger 9' },
  with: { id: 'chg_31', number: 'CHG-31', name: 'Patch the database host' },
  with_kind: 'change',
  overlap: soon,
  detail: 'CHG-31 works on db-2, which ledger-api needs, in the same two hours.',
  hits: [
    { ci: { id: 'ci_1', name: 'ledger-api' }, path: 'ledger-api → runs on → vm-7 → uses → db-2' },
  ],
  accepted: null,
};

/** The same with what this reader may do about it. */
export const acceptable: Schema<'Conflict'> = {
  ...conflict,
  actions: [{ name: 'accept', allowed: true }],
};

export const round: Schema<'Round'> = {
  number: 1,
  state: 'open',
  policy: 'major release, version 1',
  content_hash: 'f00dfeed'.repeat(8),
  parts: [
    { name: 'bundle', hash: 'b'.repeat(64), content: { changes: ['CHG-41', 'CHG-42', 'CHG-43'] } },
    { name: 'window', hash: 'c'.repeat(64), content: { start: soon.start, end: soon.end } },
  ],
  opened_at: at(-20),
  barred: [{ person: anna, why: 'requested it' }],
  stages: [
    {
      name: 'release_manager',
      state: 'approved',
      groups: [
        {
          name: 'release_manager',
          roles: ['release_manager'],
          voters: [mara],
          quorum: 'first',
          needed: 0,
          deputies: [],
          state: 'approved',
          votes: [
            {
              person: mara,
              answer: 'approve',
              reason: 'Tests are green.',
              at: at(-18),
              content_hash: 'f00dfeed'.repeat(8),
              voided: null,
            },
          ],
        },
      ],
    },
    {
      name: 'cab',
      state: 'open',
      groups: [
        {
          name: 'cab',
          roles: ['cab_member'],
          voters: [cem, mara],
          quorum: '2 of 5',
          needed: 2,
          deputies: [],
          state: 'open',
          votes: [
            {
              person: cem,
              answer: 'approve',
              reason: null,
              at: at(-10),
              content_hash: '0'.repeat(64),
              voided: 'the window was moved',
            },
          ],
        },
      ],
    },
    { name: 'release_authority', state: 'waiting', groups: [] },
  ],
};

function allowed(name: string): Schema<'Action'> {
  return { name, allowed: true };
}

export const refused: Schema<'Action'> = {
  name: 'schedule',
  allowed: false,
  refusal: {
    code: 'calendar.conflict_blocks',
    detail: 'A blocking conflict with CHG-31 is open. Accept it with a reason or move the window.',
    errors: [],
  },
};

export const release: Schema<'Release'> = {
  id: 'rel_17',
  number: 'REL-17',
  version: 7,
  title: 'Ledger 9',
  type: 'major',
  model_version: '1',
  phase: 'approval',
  state: 'cab',
  states: [
    { name: 'planning', phase: 'planning' },
    { name: 'build', phase: 'build' },
    { name: 'test', phase: 'test' },
    { name: 'cab', phase: 'approval' },
    { name: 'deployment', phase: 'deployment' },
    { name: 'verification', phase: 'verification' },
    { name: 'review', phase: 'review' },
    { name: 'closed', phase: 'closed' },
  ],
  held: false,
  approved: false,
  scheduled: false,
  description: 'The ledger moves to schema 9.\nSettlement becomes a queue.',
  objectives: ['Settlement within one hour', 'No manual booking'],
  kpis: [{ name: 'error rate', target: 'below 0.1 %' }],
  milestones: [{ name: 'Rehearsal on staging', at: at(-40) }],
  resources: 'Two engineers of Payments, one of Databases.',
  rollout: 'One region after the other.',
  contingency: 'Settlement by hand for one day.',
  rollback_note: 'Take the queue back before the schema.',
  environment: 'production',
  requester: anna,
  owner: mara,
  release_manager: mara,
  team: payments,
  members: [{ person: 'per_03', role: 'database', name: cem.name }],
  package: [
    { kind: 'artifact', name: 'ledger-api', version: '9.0.0', digest: `sha256:${'ab'.repeat(32)}` },
  ],
  tags: ['SOX'],
  window: soon,
  window_answers: [],
  changes,
  risk,
  rounds: [round],
  conflicts: [conflict],
  rollback_plan: rollbackPlan,
  deployment: null,
  tasks: [
    {
      number: 1,
      title: 'Tell the branches',
      assignee: anna,
      due_at: at(3),
      after: [],
      required: true,
      done: false,
    },
  ],
  comments: [{ author: cem.name, at: at(-5), text: 'Rehearsal took 40 minutes.' }],
  watchers: [anna],
  watched: false,
  links: [{ kind: 'ticket', target: 'PAY-881', url: 'https://tracker.example/PAY-881' }],
  rehearsals: { days: 12, items: [] },
  updates: null,
  outcome: null,
  outcomes: [],
  review: null,
  route,
  actions: [
    { name: 'comment', allowed: true },
    { name: 'add_task', allowed: true },
    { name: 'edit_task', allowed: true },
    { name: 'set_links', allowed: true },
    allowed('edit'),
    allowed('scope'),
    allowed('approve'),
    allowed('reject'),
    allowed('abstain'),
    refused,
    allowed('hold'),
    allowed('cancel'),
    {
      name: 'deploy',
      allowed: false,
      refusal: { code: 'release.not_approved', detail: 'The go is missing: 2 CAB votes.' },
    },
  ],
  created_at: at(-90),
  updated_at: at(-3),
};

export const deploying: Schema<'Release'> = {
  ...release,
  id: 'rel_18',
  number: 'REL-18',
  title: 'Card service minor',
  type: 'minor',
  phase: 'deployment',
  state: 'deployment',
  approved: true,
  scheduled: true,
  window: running,
  conflicts: [],
  route: route.map((lamp) =>
    lamp.name === 'deployment'
      ? { ...lamp, detail: '1 of 3 steps done.' }
      : lamp.name === 'review'
        ? lamp
        : { ...lamp, state: 'clear', detail: 'Holds.', action: null },
  ),
  deployment: {
    state: 'running',
    started_at: at(-1),
    started_by: mara.name,
    finished_at: null,
    steps: changes.map((row, index) => ({
      change: refOf(row),
      state: index === 0 ? 'done' : 'waiting',
      uncertain: index === 1,
      at: index === 0 ? at(-0.5) : null,
      by: index === 0 ? cem.name : null,
      note: null,
    })),
    rollback: null,
  },
  actions: [
    {
      name: 'verify',
      allowed: false,
      refusal: { code: 'release.steps_open', detail: '2 steps are not reported yet.' },
    },
    allowed('rollback'),
    allowed('step'),
  ],
};
