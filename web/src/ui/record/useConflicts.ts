// The conflicts of one record.
import { useQuery } from '@tanstack/react-query';
import { get } from '@/lib/client';
import type { Page, Schema } from '@/lib/schema';

export function useConflicts(subject: string) {
  return useQuery({
    queryKey: ['/conflicts', { subject }],
    queryFn: async ({ signal }) => {
      const page = await get<Page<Schema<'Conflict'>>>(
        '/conflicts',
        { subject, limit: 200 },
        signal,
      );
      return page.items;
    },
  });
}
