// What each field of a record is called: the same in its form, in a refusal, in a difference and in
// the history.
import { wordOf } from './texts';

export const FIELDS = {
  title: 'Title',
  type: 'Type',
  description: 'Description',
  reason: 'Reason',
  category: 'Category',
  services: 'Services',
  cis: 'CIs',
  environment: 'Environment',
  customer_impact: 'Customer impact',
  outages: 'Expected outage',
  people_needed: 'People needed',
  effort_minutes: 'Effort in minutes',
  implementer: 'Implementer',
  team: 'Team',
  implementation_plan: 'Implementation plan',
  test_plan: 'Test plan',
  backout_plan: 'Backout plan',
  backout_minutes: 'Minutes to back out',
  cannot_be_undone: 'What cannot be undone',
  tags: 'Regulatory tags',
  window: 'Window',
  owner: 'Owner',
  release_manager: 'Release manager',
  objectives: 'Objectives',
  kpis: 'Success measures',
  milestones: 'Milestones',
  package: 'Package',
  resources: 'People and things needed',
  rollout: 'Rollout',
  contingency: 'Contingency',
  rollback_note: 'Rollback of the bundle',
  went_well: 'What went well',
  went_wrong: 'What went wrong',
  root_cause: 'Root cause',
  objectives_met: 'Objectives met',
  user_feedback: 'What users say',
  business_value: 'Business value reached',
  actions: 'What follows from it',
};

const NAMES: Record<string, string | undefined> = FIELDS;

/** `backout_minutes` is called `Minutes to back out`. */
export function fieldName(name: string): string {
  return NAMES[name] ?? wordOf(name);
}

/** A way to a field as the server tells it: `db-2 · backout minutes`. Names of records stay. */
export function fieldPath(told: string): string {
  const parts = told.split(' · ').map((part) => NAMES[part.replaceAll(' ', '_')] ?? part);
  const text = parts.join(' · ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
