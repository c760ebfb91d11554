// What carries a release out, and how far it is.
import { useQuery } from '@tanstack/react-query';
import { get } from '@/lib/client';
import type { Schema } from '@/lib/schema';

interface Options {
  /** Asked for only once there is one. */
  begun?: boolean;
  /** How often it is asked for anew. */
  everyMs?: number | false;
}

export function deploymentPath(release: string): string {
  return `/deployments/${encodeURIComponent(release)}`;
}

export function useCarriedOut(release: string, { begun = true, everyMs = false }: Options = {}) {
  return useQuery({
    queryKey: ['/deployments', release],
    enabled: begun,
    refetchInterval: everyMs,
    queryFn: ({ signal }) => get<Schema<'CarriedOut'>>(deploymentPath(release), {}, signal),
  });
}
