// What the summary of a release makes of the answers of the server.
import type { Ref, Schema } from '@/lib/schema';

/** How much of each list one page holds; the rest is counted, and stands on the tab. */
export const SHOWN = {
  goals: 4,
  services: 5,
  changes: 2,
  factors: 3,
  blocks: 4,
  conflicts: 3,
  limits: 2,
};

const VOTERS_MAX = 4;

export interface OfService {
  /** Absent for the changes that touch none. */
  service?: Ref;
  changes: Ref[];
}

/** The changes under each service that they touch, those of none last. */
export function byService(included: Schema<'Included'>[]): OfService[] {
  const found = new Map<string, OfService>();
  const none: OfService = { changes: [] };
  for (const { change, services } of included) {
    if (services.length === 0) none.changes.push(change);
    for (const service of services) {
      const known = found.get(service.id) ?? { service, changes: [] };
      known.changes.push(change);
      found.set(service.id, known);
    }
  }
  return [...found.values(), ...(none.changes.length > 0 ? [none] : [])];
}

/** The factors that add most to the risk. */
export function largest(risk: Schema<'Risk'>): Schema<'Risk'> {
  const factors = risk.factors.filter((factor) => factor.points > 0);
  factors.sort((one, other) => other.points - one.points);
  return { ...risk, factors: factors.slice(0, SHOWN.factors) };
}

/** What must be known first of the way back, of each kind the first ones. */
export function firstLimits(plan: Schema<'RollbackPlan'>): Schema<'RollbackPlan'> {
  const first = <Each>(all: Each[]) => all.slice(0, SHOWN.limits);
  return {
    ...plan,
    steps: first(plan.steps.filter((step) => step.uncertain)),
    cannot_be_undone: first(plan.cannot_be_undone),
    known_limits: first(plan.known_limits),
    missing: first(plan.missing),
  };
}

/** How much there is to know of the way back. */
export function countLimits(plan: Schema<'RollbackPlan'>): number {
  const uncertain = plan.steps.filter((step) => step.uncertain).length;
  const { cannot_be_undone: never, known_limits: known, missing } = plan;
  return uncertain + never.length + known.length + missing.length;
}

/** Who answered so in a group, and counts. */
export function saidBy(group: Schema<'Group'>, answer: 'approve' | 'reject'): string[] {
  const votes = group.votes.filter((vote) => vote.answer === answer && !vote.voided);
  return votes.map((vote) => vote.person.name);
}

/** Of whom the votes that are still needed may come: those who did not answer, else the roles. */
export function askedOf(group: Schema<'Group'>): { names: string[]; more: number } {
  const answered = new Set(
    group.votes.filter((vote) => !vote.voided).map((vote) => vote.person.id),
  );
  const open = group.voters.filter((voter) => !answered.has(voter.id)).map(({ name }) => name);
  const names = open.length > 0 ? open : group.roles.map((role) => role.replaceAll('_', ' '));
  return { names: names.slice(0, VOTERS_MAX), more: Math.max(0, names.length - VOTERS_MAX) };
}

/** The groups of a round whose votes are still needed. */
export function missingOf(round: Schema<'Round'> | undefined): Schema<'Group'>[] {
  if (round?.state !== 'open') return [];
  return round.stages.flatMap((stage) => stage.groups).filter((group) => group.needed > 0);
}

/** Whether the date can still be lost: work has not begun. */
export function isAhead(phase: string): boolean {
  return ['planning', 'build', 'test', 'approval'].includes(phase);
}
