// Searches behind the pickers, and the few lists that many forms need.
import { useQuery } from '@tanstack/react-query';
import { get } from './client';
import type { Page, Ref, Schema } from './schema';

const FOUND_MAX = 12;
/** How many of the records that lie near are asked for their own. */
const NEAR_MAX = 4;

/** `near` names records whose own are offered first, such as the services of a change. */
export type Search = (text: string, signal?: AbortSignal, near?: string[]) => Promise<Choice[]>;

/** What a picker offers: `value` goes into the request, the rest is for reading. */
export interface Choice {
  value: string;
  label: string;
  hint?: string;
}

export const findPeople: Search = async (q, signal) => {
  const page = await get<Page<Schema<'Person'>>>('/people', { q, limit: FOUND_MAX }, signal);
  return page.items
    .filter((person) => person.active)
    .map((person) => ({ value: person.id, label: person.name, hint: person.login }));
};

export const findTeams: Search = async (q, signal) => {
  const page = await get<Page<Schema<'Team'>>>('/teams', { q, limit: FOUND_MAX }, signal);
  return page.items.map((team) => ({ value: team.id, label: team.name }));
};

export const findServices: Search = async (q, signal) => {
  const page = await get<Page<Schema<'Service'>>>('/services', { q, limit: FOUND_MAX }, signal);
  return page.items.map((item) => ({
    value: item.id,
    label: item.name,
    hint: `criticality ${item.criticality}`,
  }));
};

export const findCis: Search = async (q, signal, near = []) => {
  const find = (service?: string) =>
    get<Page<Schema<'Ci'>>>('/cis', { q, service, limit: FOUND_MAX }, signal);
  const pages = await Promise.all([...near.slice(0, NEAR_MAX), undefined].map(find));
  const choices = pages.flatMap((page) =>
    page.items.map((ci): [string, Choice] => {
      const hint = [ci.kind, ci.service?.name].filter(Boolean).join(' · ');
      return [ci.id, { value: ci.id, label: ci.name, hint }];
    }),
  );
  // One that is found twice keeps the place of the first.
  return [...new Map(choices).values()];
};

export const findChanges: Search = async (q, signal) => {
  const page = await get<Page<Schema<'ChangeRow'>>>('/changes', { q, limit: FOUND_MAX }, signal);
  return page.items.map((row) => ({ value: row.id, label: row.title, hint: row.number }));
};

export const findReleases: Search = async (q, signal) => {
  const page = await get<Page<Schema<'ReleaseRow'>>>('/releases', { q, limit: FOUND_MAX }, signal);
  return page.items.map((row) => ({ value: row.id, label: row.title, hint: row.number }));
};

export function choiceOf(ref: Ref): Choice {
  return { value: ref.id, label: ref.name, hint: ref.number ?? undefined };
}

export function useTeams() {
  return useQuery({
    queryKey: ['/teams', 'all'],
    staleTime: 60_000,
    queryFn: ({ signal }) => get<Page<Schema<'Team'>>>('/teams', { limit: 200 }, signal),
  });
}

export function useRegions() {
  return useQuery({
    queryKey: ['/regions', 'all'],
    staleTime: 60_000,
    queryFn: ({ signal }) => get<Page<Schema<'Region'>>>('/regions', { limit: 200 }, signal),
  });
}

export function useServices() {
  return useQuery({
    queryKey: ['/services', 'all'],
    staleTime: 60_000,
    queryFn: ({ signal }) => get<Page<Schema<'Service'>>>('/services', { limit: 200 }, signal),
  });
}

/** What is chosen most stands first, the emergency last. */
function usual(type: string): number {
  return ['normal', 'standard'].indexOf(type) + 1 || (type === 'emergency' ? 4 : 3);
}

/** How long the window of a type of release is by itself, in minutes. */
export function useUsualMinutes(type: string): number | undefined {
  const model = useModels().data?.find((each) => each.kind === 'release' && each.name === type);
  return model?.window_minutes ?? undefined;
}

/** The types of releases and changes in force. */
export function useModels() {
  return useQuery({
    queryKey: ['/models'],
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const answer = await get<Page<Schema<'Model'>> | Schema<'Model'>[]>('/models', {}, signal);
      const models = Array.isArray(answer) ? answer : answer.items;
      return [...models].sort((a, b) => usual(a.name) - usual(b.name));
    },
  });
}
