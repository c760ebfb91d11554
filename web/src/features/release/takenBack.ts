// Whether a deployment was turned round: it does not read as a success then.

export function takenBack(deployment: string | null | undefined): boolean {
  return ['rolling_back', 'rolled_back', 'rollback_failed'].includes(deployment ?? '');
}
