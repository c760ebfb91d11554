// What the service and CI pages read.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/client';
import { usePages } from '@/lib/pages';
import type { Page, Schema } from '@/lib/schema';

export type Service = Schema<'Service'>;
export type Ci = Schema<'Ci'>;
export type RelationMap = Schema<'Map'>;
export type ChangeRow = Schema<'ChangeRow'>;

export const servicePath = (id: string) => `/services/${encodeURIComponent(id)}`;
export const ciPath = (id: string) => `/cis/${encodeURIComponent(id)}`;

export function useServiceList(query: Record<string, string | undefined>) {
  return usePages<Service>('/services', query);
}

export function useCiList(query: Record<string, string | undefined>) {
  return usePages<Ci>('/cis', query);
}

export function useService(id: string) {
  return useQuery({
    queryKey: ['/services', id],
    queryFn: ({ signal }) => get<Service>(servicePath(id), {}, signal),
  });
}

export function useCi(id: string) {
  return useQuery({
    queryKey: ['/cis', id],
    queryFn: ({ signal }) => get<Ci>(ciPath(id), {}, signal),
  });
}

/** `path` is that of a service or a CI; only a CI's map takes a depth. */
export function useMap(path: string, depth?: string) {
  return useQuery({
    queryKey: [path, 'map', depth],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => get<RelationMap>(`${path}/map`, { depth }, signal),
  });
}

const LATEST = 6;

export function useChangesOf(service: string) {
  return useQuery({
    queryKey: ['/changes', { service, limit: LATEST }],
    queryFn: ({ signal }) =>
      get<Page<ChangeRow>>('/changes', { service, sort: '-updated_at', limit: LATEST }, signal),
  });
}
