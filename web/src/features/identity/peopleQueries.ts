// What the pages of people and tokens read.
import { usePages } from '@/lib/pages';
import type { Schema } from '@/lib/schema';

export type Person = Schema<'Person'>;
export type Token = Schema<'Token'>;

export const personPath = (id: string) => `/people/${encodeURIComponent(id)}`;

export function usePeople(query: Record<string, string | undefined>) {
  return usePages<Person>('/people', query);
}

export function useTokens() {
  return usePages<Token>('/tokens');
}
