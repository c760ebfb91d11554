// What the deployment pages read.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { get, send } from '@/lib/client';
import { usePages } from '@/lib/pages';
import type { Schema } from '@/lib/schema';
import { deploymentPath } from '@/ui/record/useCarriedOut';

export type DeploymentRow = Schema<'DeploymentRow'>;
export type CarriedOut = Schema<'CarriedOut'>;
export type Release = Schema<'Release'>;
export type Run = Schema<'Run'>;
export type RunLeg = Schema<'RunLeg'>;
export type RunStep = Schema<'RunStep'>;
export type RunTrigger = Schema<'RunTrigger'>;
export type RunWait = Schema<'RunWait'>;

export function useDeployments() {
  return usePages<DeploymentRow>('/deployments');
}

/** What taking a run back that far would do, as the server finds it. */
export function useWayBack(release: string, scope: Omit<Schema<'RollBackRun'>, 'reason'>) {
  return useQuery({
    queryKey: ['/deployments', release, 'rollback/preview', scope],
    enabled: scope.changes?.length !== 0,
    queryFn: () =>
      send<Schema<'RunWayBack'>>('POST', `${deploymentPath(release)}/rollback/preview`, scope),
  });
}

export function releasePath(release: string): string {
  return `/releases/${encodeURIComponent(release)}`;
}

/** The release that is carried out, for what may be done about it. */
export function useRelease(release: string, everyMs: number | false) {
  return useQuery({
    queryKey: ['/releases', release],
    refetchInterval: everyMs,
    queryFn: ({ signal }) => get<Release>(releasePath(release), {}, signal),
  });
}

type Output = Schema<'JobOutput'>;

/** How often a command that runs is asked what it said since. */
const OUTPUT_POLL_MS = 2_000;

/** What a job said so far; each time only what came since is read. */
export function useJobOutput(job: string, runs: boolean) {
  const queries = useQueryClient();
  const queryKey = ['/jobs', job, 'output'];
  const path = `/jobs/${encodeURIComponent(job)}/output`;
  return useQuery<Output>({
    queryKey,
    retry: false,
    // Opened anew, it asks for what was said after the last look.
    staleTime: 0,
    refetchInterval: ({ state }) => (runs && state.data?.more !== false ? OUTPUT_POLL_MS : false),
    queryFn: async ({ signal }): Promise<Output> => {
      let said = queries.getQueryData<Output>(queryKey);
      for (;;) {
        const after = said?.next ?? 0;
        const part = await get<Output>(path, { after }, signal);
        said = { ...part, text: (said?.text ?? '') + part.text };
        if (!part.more || part.next === after) return said;
      }
    },
  });
}
