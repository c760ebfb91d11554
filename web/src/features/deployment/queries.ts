// What the deployments page reads.
import { usePages } from '@/lib/pages';
import type { Schema } from '@/lib/schema';

export type DeploymentRow = Schema<'DeploymentRow'>;

export function useDeployments() {
  return usePages<DeploymentRow>('/deployments');
}
