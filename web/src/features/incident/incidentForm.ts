// The values of the incident form and how they become the fields of a request.
import { choiceOf, type Choice } from '@/lib/lookup';
import { toInstant, toWall } from '@/lib/zone';
import type { Incident } from './queries';

export interface IncidentValues {
  title: string;
  description: string;
  priority: string;
  state: string;
  /** Wall times of the reader's zone. */
  opened_at: string;
  resolved_at: string;
  services: Choice[];
  cis: Choice[];
  assignee: Choice | null;
  caused_by: Choice | null;
}

export function emptyIncident(zone: string, now = new Date()): IncidentValues {
  return {
    title: '',
    description: '',
    priority: '3',
    state: 'open',
    opened_at: toWall(now.toISOString(), zone),
    resolved_at: '',
    services: [],
    cis: [],
    assignee: null,
    caused_by: null,
  };
}

export function valuesOf(incident: Incident, zone: string): IncidentValues {
  return {
    title: incident.title,
    description: incident.description,
    priority: String(incident.priority),
    state: incident.state,
    opened_at: toWall(incident.opened_at, zone),
    resolved_at: toWall(incident.resolved_at, zone),
    services: incident.services.map(choiceOf),
    cis: incident.cis.map(choiceOf),
    assignee: incident.assignee ? choiceOf(incident.assignee) : null,
    caused_by: incident.caused_by ? choiceOf(incident.caused_by) : null,
  };
}

/** The fields of a request from some of the values; what was emptied is cleared. */
export function fieldsOf(values: Partial<IncidentValues>, zone: string): Record<string, unknown> {
  const fields: Record<string, unknown> = { ...values };
  if (values.priority) fields.priority = Number(values.priority);
  if ('opened_at' in values) fields.opened_at = toInstant(values.opened_at ?? '', zone);
  if ('resolved_at' in values) {
    fields.resolved_at = toInstant(values.resolved_at ?? '', zone) ?? null;
  }
  if (values.services) fields.services = values.services.map((each) => each.value);
  if (values.cis) fields.cis = values.cis.map((each) => each.value);
  if ('assignee' in values) fields.assignee = values.assignee?.value ?? null;
  if ('caused_by' in values) fields.caused_by = values.caused_by?.value ?? null;
  return fields;
}
