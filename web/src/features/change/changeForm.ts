// The values of the change form and how they become the fields of a request.
import { isFilled } from '@/lib/forms';
import { choiceOf, type Choice } from '@/lib/lookup';
import type { Window } from '@/lib/schema';
import type { Change } from './queries';

export interface ChangeValues {
  title: string;
  type: string;
  description: string;
  reason: string;
  category: string | undefined;
  environment: string;
  customer_impact: string | undefined;
  services: Choice[];
  cis: Choice[];
  /** Minutes by the id of the service. */
  outages: Record<string, number>;
  people_needed: number | undefined;
  effort_minutes: number | undefined;
  implementer: Choice | null;
  team: Choice | null;
  implementation_plan: string;
  test_plan: string;
  backout_plan: string;
  backout_minutes: number | undefined;
  cannot_be_undone: string;
  tags: string[];
  window: Window | null;
}

export const EMPTY: ChangeValues = {
  title: '',
  type: 'normal',
  description: '',
  reason: '',
  category: undefined,
  environment: 'production',
  customer_impact: undefined,
  services: [],
  cis: [],
  outages: {},
  people_needed: undefined,
  effort_minutes: undefined,
  implementer: null,
  team: null,
  implementation_plan: '',
  test_plan: '',
  backout_plan: '',
  backout_minutes: undefined,
  cannot_be_undone: '',
  tags: [],
  window: null,
};

export function valuesOf(change: Change): ChangeValues {
  return {
    title: change.title,
    type: change.type,
    description: change.description,
    reason: change.reason,
    category: change.category ?? undefined,
    environment: change.environment,
    customer_impact: change.customer_impact ?? undefined,
    services: change.services.map(choiceOf),
    cis: change.cis.map(choiceOf),
    outages: outagesOf(change),
    people_needed: change.people_needed ?? undefined,
    effort_minutes: change.effort_minutes ?? undefined,
    implementer: change.implementer ? choiceOf(change.implementer) : null,
    team: change.team ? choiceOf(change.team) : null,
    implementation_plan: change.implementation_plan,
    test_plan: change.test_plan,
    backout_plan: change.backout_plan,
    backout_minutes: change.backout_minutes ?? undefined,
    cannot_be_undone: change.cannot_be_undone,
    tags: change.tags,
    window: change.window ?? null,
  };
}

/** An outage names its service by id or by name; the form keeps it by id. */
function outagesOf(change: Change): Record<string, number> {
  return Object.fromEntries(
    change.outages.map((outage) => {
      const service = change.services.find(
        (each) => each.id === outage.service || each.name === outage.service,
      );
      return [service?.id ?? outage.service, outage.minutes];
    }),
  );
}

/** What a submission asks for, of every change and of one that is no emergency. */
const SUBMITTED = ['reason', 'cis', 'implementer', 'backout_plan', 'backout_minutes'];
const PREPARED = ['description', 'category', 'customer_impact', 'implementation_plan', 'test_plan'];

/** The fields to mark in the form of a new change; the server alone decides. */
export function neededToSubmit(type: string): string[] {
  return type === 'emergency' ? SUBMITTED : [...SUBMITTED, ...PREPARED];
}

const NULLABLE = [
  'implementer',
  'team',
  'window',
  'backout_minutes',
  'category',
  'customer_impact',
  'people_needed',
  'effort_minutes',
] as const;

/** The fields of a request from some of the values; what was emptied is cleared. */
export function fieldsOf(values: Partial<ChangeValues>): Record<string, unknown> {
  const fields: Record<string, unknown> = { ...values };
  if (values.services) fields.services = values.services.map((each) => each.value);
  if (values.cis) fields.cis = values.cis.map((each) => each.value);
  if (values.implementer) fields.implementer = values.implementer.value;
  if (values.team) fields.team = values.team.value;
  if (values.outages) {
    fields.outages = Object.entries(values.outages).map(([service, minutes]) => ({
      service,
      minutes,
    }));
  }
  for (const name of NULLABLE) if (name in fields) fields[name] ??= null;
  return fields;
}

/** The fields of a new change: what was left empty is not sent. */
export function newFieldsOf(values: ChangeValues): Record<string, unknown> {
  const fields = fieldsOf(values);
  return Object.fromEntries(
    Object.entries(fields).filter(([name, value]) => name === 'title' || isFilled(value)),
  );
}
