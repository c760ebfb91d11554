// What the incident pages read.
import { useQuery } from '@tanstack/react-query';
import { get } from '@/lib/client';
import { usePages } from '@/lib/pages';
import type { Schema } from '@/lib/schema';

export type Incident = Schema<'Incident'>;
export type IncidentRow = Schema<'IncidentRow'>;
export type NearChange = Schema<'NearChange'>;

export const incidentPath = (id: string) => `/incidents/${encodeURIComponent(id)}`;

export function useIncidents(query: Record<string, string | undefined>) {
  return usePages<IncidentRow>('/incidents', query);
}

export function useIncident(id: string) {
  return useQuery({
    queryKey: ['/incidents', id],
    queryFn: ({ signal }) => get<Incident>(incidentPath(id), {}, signal),
  });
}

export function useNear(id: string, hours: string) {
  return useQuery({
    queryKey: ['/incidents', id, 'near', hours],
    queryFn: ({ signal }) => get<Schema<'Near'>>(`${incidentPath(id)}/near`, { hours }, signal),
  });
}
