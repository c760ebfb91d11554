// What the release pages read.
import { useQuery } from '@tanstack/react-query';
import { get } from '@/lib/client';
import { usePages } from '@/lib/pages';
import type { Schema } from '@/lib/schema';

export type Release = Schema<'Release'>;
export type ReleaseRow = Schema<'ReleaseRow'>;

export function releasePath(id: string): string {
  return `/releases/${encodeURIComponent(id)}`;
}

export function useRelease(id: string) {
  return useQuery({
    queryKey: ['/releases', id],
    queryFn: ({ signal }) => get<Release>(releasePath(id), {}, signal),
  });
}

export function useScope(id: string) {
  return useQuery({
    queryKey: ['/releases', id, 'scope'],
    queryFn: ({ signal }) => get<Schema<'ScopeDocument'>>(`${releasePath(id)}/scope`, {}, signal),
  });
}

export function useReadiness(id: string) {
  return useQuery({
    queryKey: ['/releases', id, 'readiness'],
    queryFn: ({ signal }) => get<Schema<'Readiness'>>(`${releasePath(id)}/readiness`, {}, signal),
  });
}

/** The file by which it carries itself out, with what is wrong with it. */
export function usePlanFile(id: string) {
  return useQuery({
    queryKey: ['/releases', id, 'plan'],
    queryFn: ({ signal }) => get<Schema<'PlanDocument'>>(`${releasePath(id)}/plan`, {}, signal),
  });
}

export function useReleases(query: Record<string, string | undefined>) {
  return usePages<ReleaseRow>('/releases', query);
}

export function useBoard() {
  return useQuery({
    queryKey: ['/releases/board'],
    queryFn: ({ signal }) => get<Schema<'Board'>>('/releases/board', {}, signal),
  });
}
