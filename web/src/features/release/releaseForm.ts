// The values of the release form and how they become the fields of a request.
import type { Choice } from '@/lib/lookup';
import { choiceOf } from '@/lib/lookup';
import type { Schema, Window } from '@/lib/schema';
import type { Release } from './queries';

export interface ReleaseValues {
  title: string;
  type: string;
  description: string;
  objectives: string;
  kpis: string;
  milestones: Schema<'Milestone'>[];
  package: Schema<'PackageItem'>[];
  resources: string;
  rollout: string;
  contingency: string;
  rollback_note: string;
  environment: string;
  owner: Choice | null;
  release_manager: Choice | null;
  team: Choice | null;
  members: (Choice & { role: string })[];
  tags: string[];
  window: Window | null;
}

export const EMPTY: ReleaseValues = {
  title: '',
  type: '',
  description: '',
  objectives: '',
  kpis: '',
  milestones: [],
  package: [],
  resources: '',
  rollout: '',
  contingency: '',
  rollback_note: '',
  environment: 'production',
  owner: null,
  release_manager: null,
  team: null,
  members: [],
  tags: [],
  window: null,
};

export function valuesOf(release: Release): ReleaseValues {
  return {
    title: release.title,
    type: release.type,
    description: release.description,
    objectives: release.objectives.join('\n'),
    kpis: release.kpis.map((kpi) => `${kpi.name}: ${kpi.target}`).join('\n'),
    milestones: release.milestones,
    package: release.package,
    resources: release.resources,
    rollout: release.rollout,
    contingency: release.contingency,
    rollback_note: release.rollback_note,
    environment: release.environment,
    owner: release.owner ? choiceOf(release.owner) : null,
    release_manager: release.release_manager ? choiceOf(release.release_manager) : null,
    team: release.team ? choiceOf(release.team) : null,
    members: release.members.map((member) => ({
      value: member.person,
      label: member.name ?? member.person,
      role: member.role,
    })),
    tags: release.tags,
    window: release.window ?? null,
  };
}

/** The fields of a request from some of the values. Empty texts are sent only when changed. */
export function fieldsOf(values: Partial<ReleaseValues>): Record<string, unknown> {
  const fields: Record<string, unknown> = { ...values };
  if (values.objectives !== undefined) fields.objectives = lines(values.objectives);
  if (values.kpis !== undefined) fields.kpis = lines(values.kpis).map(kpiOf);
  if (values.owner !== undefined) fields.owner = values.owner?.value ?? null;
  if (values.release_manager !== undefined) {
    fields.release_manager = values.release_manager?.value ?? null;
  }
  if (values.team !== undefined) fields.team = values.team?.value ?? null;
  if (values.members !== undefined) {
    fields.members = values.members.map((member) => ({ person: member.value, role: member.role }));
  }
  if (values.package !== undefined) fields.package = values.package.map(packageOf);
  return fields;
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** `error rate: below 0.1 %`: the first colon parts the measure from its target. */
export function kpiOf(line: string): Schema<'Kpi'> {
  const at = line.indexOf(':');
  if (at < 0) return { name: line, target: '' };
  return { name: line.slice(0, at).trim(), target: line.slice(at + 1).trim() };
}

function packageOf(item: Schema<'PackageItem'>): Schema<'PackageItem'> {
  const { digest, ...rest } = item;
  return digest ? { ...rest, digest } : rest;
}
