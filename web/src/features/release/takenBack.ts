// Whether a deployment was turned round or failed: it does not read as a success then.
import type { Schema } from '@/lib/schema';

export function takenBack(deployment: string | null | undefined): boolean {
  return ['rolling_back', 'rolled_back', 'rollback_failed'].includes(deployment ?? '');
}

/** How it failed: its outcome, or the state of its rollback. */
export function failureOf(release: Schema<'Release'>): string | undefined {
  const { deployment, outcome } = release;
  const failed = takenBack(deployment?.state) || outcome === 'failed';
  return failed ? (outcome ?? deployment?.state) : undefined;
}
