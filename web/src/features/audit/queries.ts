// What the audit page asks for beside the events.
import { useQuery } from '@tanstack/react-query';
import { get } from '@/lib/client';
import type { Schema } from '@/lib/schema';

export type Standing = Schema<'Standing'>;
export type Checkpoint = Schema<'Checkpoint'>;
export type Checked = Schema<'PackChecked'>;

export function useStanding() {
  return useQuery({
    queryKey: ['/audit/checkpoint'],
    queryFn: ({ signal }) => get<Standing>('/audit/checkpoint', undefined, signal),
  });
}
