// What the page of exceptions reads.
import { useQuery } from '@tanstack/react-query';
import { get } from '@/lib/client';
import { usePages } from '@/lib/pages';
import type { Schema } from '@/lib/schema';

export type Exception = Schema<'Exception'>;

export const exceptionPath = (id: string) => `/exceptions/${encodeURIComponent(id)}`;

export function useExceptions(state: string | undefined) {
  return usePages<Exception>('/exceptions', { state });
}

export function useException(id: string) {
  return useQuery({
    queryKey: ['/exceptions', id],
    queryFn: ({ signal }) => get<Exception>(exceptionPath(id), {}, signal),
  });
}
