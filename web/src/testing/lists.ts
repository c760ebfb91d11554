// Rows, lists and the smaller records for tests.
import type { Schema } from '@/lib/schema';
import {
  at,
  cem,
  conflict,
  deploying,
  mara,
  payments,
  release,
  round,
  running,
  soon,
} from './fixtures';

function releaseRow(from: Schema<'Release'>): Schema<'ReleaseRow'> {
  return {
    id: from.id,
    number: from.number,
    title: from.title,
    type: from.type,
    phase: from.phase,
    state: from.state,
    held: from.held,
    approved: from.approved,
    scheduled: from.scheduled,
    owner: from.owner,
    team: from.team,
    window: from.window,
    changes: from.changes.length,
    tier: from.risk.tier,
    conflicts_open: from.conflicts.length,
    deployment: from.deployment?.state,
    conflicts_blocking: from.conflicts.length,
    outcome: from.outcome,
    updated_at: from.updated_at,
  };
}

export const releaseRows = [releaseRow(release), releaseRow(deploying)];

export const board: Schema<'Board'> = {
  columns: ['planning', 'build', 'test', 'approval', 'deployment', 'verification', 'review'].map(
    (phase) => ({
      phase,
      releases: releaseRows.filter((row) => row.phase === phase),
      more: false,
    }),
  ),
};

export const approvalRow: Schema<'ApprovalRow'> = {
  subject: { id: release.id, number: release.number, name: release.title },
  subject_kind: 'release',
  type: release.type,
  round: 1,
  stage: 'cab',
  group: 'cab',
  needed: 2,
  content_hash: round.content_hash,
  tier: 'high',
  window: soon,
  state: 'pending',
  my_vote: null,
  since: at(-10),
  reminded: false,
  escalated: false,
  held: false,
};

export const calendar: Schema<'Calendar'> = {
  entries: releaseRows.map((row) => ({
    subject: { id: row.id, number: row.number, name: row.title },
    kind: 'release',
    type: row.type,
    phase: row.phase,
    committed: row.scheduled,
    window: row.window!,
    environment: 'production',
    services: [{ id: 'svc_1', name: 'Ledger' }],
    team: payments,
    changes: row.changes,
    tier: row.tier,
    conflicts_open: row.conflicts_open,
    conflicts_blocking: row.conflicts_blocking,
    outage_minutes: 20,
  })),
  blackouts: [
    {
      id: 'blk_1',
      name: 'Month end',
      window: { start: at(14), end: at(20), zone: 'Europe/Berlin' },
      services: [],
      environment: null,
      reason: 'Books are closed',
    },
  ],
  meetings: [],
  windows: [],
  peaks: [],
  events: [],
  sprints: [],
  external: [],
  conflicts: [conflict],
  truncated: false,
};

export const review: Schema<'Review'> = {
  id: 'rev_3',
  number: 'PIR-3',
  version: 2,
  subject: { id: 'rel_11', number: 'REL-11', name: 'Mobile app 12' },
  subject_kind: 'release',
  why: 'rolled_back',
  state: 'open',
  went_well: 'The rollback took 12 minutes.',
  went_wrong: '',
  root_cause: '',
  objectives_met: '',
  kpis: [],
  user_feedback: '',
  business_value: '',
  actions: [
    { title: 'Add a check of the queue depth', owner: 'per_03', owner_name: cem.name, done: false },
  ],
  timeline: [
    { at: at(-50), what: 'deployment started', who: mara.name },
    { at: at(-49), what: 'rolled back: errors above 2 %', who: mara.name },
  ],
  opened_at: at(-48),
  completed_at: null,
  completed_by: null,
  allowed: [
    {
      name: 'complete',
      allowed: false,
      refusal: {
        code: 'review.incomplete',
        detail: 'Two answers are missing.',
        errors: [{ pointer: '/root_cause', detail: 'Name the root cause.' }],
      },
    },
  ],
};

export const reviewRow: Schema<'ReviewRow'> = {
  id: review.id,
  number: review.number,
  subject: review.subject,
  subject_kind: review.subject_kind,
  why: review.why,
  state: review.state,
  actions_open: 1,
  opened_at: review.opened_at,
};

export const deploymentRow: Schema<'DeploymentRow'> = {
  release: { id: deploying.id, number: deploying.number, name: deploying.title },
  type: deploying.type,
  state: 'running',
  started_at: at(-1),
  window: running,
  done: 1,
  failed: 0,
  total: 3,
  current: { id: 'chg_42', number: 'CHG-42', name: 'payment gateway 4.2' },
  waits: [],
  update_overdue: false,
  yours: true,
};

export const models: Schema<'Model'>[] = ['major', 'minor', 'emergency'].map((name) => ({
  kind: 'release',
  name,
  title: `${name.charAt(0).toUpperCase()}${name.slice(1)} release`,
  description: 'What it is for.',
  version: '1',
  states: release.states,
  approval: ['Release manager: first', 'CAB: 2 of 5', 'Release authority: first'],
  source: `name = "${name}"\n`,
}));

export const event: Schema<'Event'> = {
  id: 'evt_1',
  position: 812,
  stream: 'release:rel_17',
  version: 7,
  name: 'release.edited.v1',
  kind: 'release',
  record: { id: 'rel_17', number: 'REL-17', name: 'Payments Q4' },
  what: 'edited window',
  why: 'The bank asked for another night.',
  fields: [
    {
      field: 'window',
      before: 'Sat 21 Nov 2026 21:00 – 23:00 Europe/Amsterdam',
      after: 'Sat 28 Nov 2026 21:00 – 23:00 Europe/Amsterdam',
    },
  ],
  at: at(-20),
  who: mara.name,
  actor: 'person:per_02',
  payload: { round: 1 },
  digest: 'd'.repeat(64),
};

export const standing: Schema<'Standing'> = {
  head: 1042,
  size: 1040,
  root: 'VA3r7jQ0wPp0f0E5cP0hF0fTbWn0b1mG3nq4X8mJ2rM=',
  key: 'interlock/log/21fe31dfa154a261+bf1b4ca6+AddamAGCsQq3bR9RkL8LWuN5bWZxX1mN4T8mJ2rMabcd',
  checkpoint: {
    size: 1000,
    root: 'qLxN0V1T0b3m0w5cP0hF0fTbWn0b1mG3nq4X8mJ2rM4=',
    at: at(-5),
    note: 'interlock/log/21fe31dfa154a261\n1000\nqLxN0V1T0b3m0w5cP0hF0fTbWn0b1mG3nq4X8mJ2rM4=\n\n— …\n',
  },
};
