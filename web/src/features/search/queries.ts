// What the search page reads.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/client';
import type { Page, Schema } from '@/lib/schema';

export type Found = Schema<'Found'>;

const FOUND_MAX = 100;

export function useSearch(q: string, kind: string | undefined) {
  return useQuery({
    queryKey: ['/search', q, kind],
    enabled: q !== '',
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => get<Page<Found>>('/search', { q, kind, limit: FOUND_MAX }, signal),
  });
}
