// What the policy page reads.
import { useQuery } from '@tanstack/react-query';
import { get } from '@/lib/client';
import type { Page, Schema } from '@/lib/schema';

export type Policy = Schema<'Policy'>;
export type Checked = Schema<'PolicyChecked'>;
export type Replay = Schema<'Replay'>;
export type Files = Record<string, string>;

export function usePolicy() {
  return useQuery({
    queryKey: ['/policy'],
    queryFn: ({ signal }) => get<Policy>('/policy', {}, signal),
  });
}

/** What the rules that are only observed would have decided. */
export function useObserved() {
  return useQuery({
    queryKey: ['/policy/observed'],
    queryFn: ({ signal }) => get<Schema<'Observed'>>('/policy/observed', {}, signal),
  });
}

export function useVersions() {
  return useQuery({
    queryKey: ['/policy/versions'],
    queryFn: ({ signal }) =>
      get<Page<Schema<'PolicyVersion'>>>('/policy/versions', { limit: 20 }, signal),
  });
}
