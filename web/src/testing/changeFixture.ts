// A change for tests, typed by the contract, with every part that its page shows.
import type { Schema } from '@/lib/schema';
import { anna, cem, conflict, payments, risk, round, soon } from './fixtures';

const ledger = { id: 'svc_01', name: 'Card ledger' };

export const draftRefusal: Schema<'Refusal'> = {
  code: 'change.incomplete',
  detail: 'Two things are missing before it can be submitted.',
  errors: [
    { pointer: '/backout_plan', detail: 'Write how it is taken back.' },
    { pointer: '/cis', detail: 'Name at least one CI.' },
  ],
};

export const change: Schema<'Change'> = {
  id: 'chg_41',
  number: 'CHG-41',
  version: 7,
  title: 'Move the ledger to schema 9',
  type: 'normal',
  phase: 'authorise',
  held: false,
  description: 'Adds the columns of schema 9 and fills them.',
  reason: 'The settlement of January needs them.',
  category: 'data',
  services: [ledger],
  cis: [{ id: 'ci_01', name: 'db-2' }],
  cis_total: 1,
  environment: 'production',
  customer_impact: 'degraded',
  outages: [{ service: 'Card ledger', minutes: 20 }],
  people_needed: 2,
  effort_minutes: 120,
  requester: anna,
  implementer: cem,
  team: payments,
  implementation_plan: 'Run the migration on the standby, then switch over.',
  test_plan: 'Compare the row counts.',
  backout_plan: 'Switch back to the former primary.',
  backout_minutes: 35,
  cannot_be_undone: 'Postings written after the switch.',
  tags: ['SOX'],
  window: soon,
  release: null,
  risk,
  rounds: [round],
  tasks: [
    { number: 1, title: 'Take a backup', after: [], required: true, done: false, assignee: cem },
  ],
  comments: [{ author: anna.name, at: soon.start, text: 'How long is the switch-over?' }],
  watchers: [anna],
  watched: false,
  links: [{ kind: 'incident', target: 'INC-3' }],
  rehearsals: { days: null, items: [] },
  started_at: null,
  finished_at: null,
  outcome: null,
  outcome_note: null,
  review: null,
  imported: null,
  route: [{ name: 'conflicts', state: 'stop', detail: 'CHG-31 claims db-2.', action: 'schedule' }],
  actions: [
    { name: 'edit', allowed: true },
    { name: 'approve', allowed: true },
    { name: 'schedule', allowed: true },
    { name: 'start', allowed: false, refusal: { code: 'change.not_now', detail: 'No window.' } },
    { name: 'complete', allowed: true },
    { name: 'cancel', allowed: true },
    { name: 'clone', allowed: true },
    { name: 'comment', allowed: true },
    { name: 'add_task', allowed: true },
    { name: 'edit_task', allowed: true },
    { name: 'set_links', allowed: true },
  ],
  created_at: soon.start,
  updated_at: soon.start,
};

export const changeConflicts = { items: [conflict] };
