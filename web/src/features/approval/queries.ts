// What the approvals page reads: the list, and the record that is chosen.
import { useQuery } from '@tanstack/react-query';
import { get } from '@/lib/client';
import { usePages } from '@/lib/pages';
import type { Schema } from '@/lib/schema';

export type ApprovalRow = Schema<'ApprovalRow'>;
export type Delegation = Schema<'Delegation'>;
export type Change = Schema<'Change'>;
export type Release = Schema<'Release'>;

export type Subject = { kind: 'change'; record: Change } | { kind: 'release'; record: Release };

export function useApprovals(state: 'pending' | 'decided') {
  return usePages<ApprovalRow>('/approvals', { state, mine: 'true' });
}

export function useDelegations(state: 'live' | 'all') {
  return usePages<Delegation>('/delegations', { state });
}

export function subjectPath(row: ApprovalRow): string {
  const kind = row.subject_kind === 'release' ? 'releases' : 'changes';
  return `/${kind}/${encodeURIComponent(row.subject.number ?? row.subject.id)}`;
}

export function useSubject(row: ApprovalRow | undefined) {
  const path = row ? subjectPath(row) : '';
  return useQuery({
    queryKey: ['subject', path],
    enabled: row !== undefined,
    queryFn: async ({ signal }): Promise<Subject> =>
      row?.subject_kind === 'release'
        ? { kind: 'release', record: await get<Release>(path, {}, signal) }
        : { kind: 'change', record: await get<Change>(path, {}, signal) },
  });
}
