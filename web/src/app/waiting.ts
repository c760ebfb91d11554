// The approvals that wait for the reader, counted beside the navigation and named on the home page.
import { useQuery } from '@tanstack/react-query';
import { get } from '@/lib/client';
import type { Page, Schema } from '@/lib/schema';

const WAITING_MAX = 100;

export function useWaitingApprovals() {
  return useQuery({
    queryKey: ['/approvals', 'waiting'],
    refetchInterval: 60_000,
    queryFn: ({ signal }) =>
      get<Page<Schema<'ApprovalRow'>>>(
        '/approvals',
        { state: 'pending', mine: true, limit: WAITING_MAX },
        signal,
      ),
    // What is on hold asks nobody.
    select: (page) => page.items.filter((row) => !row.held),
  });
}
