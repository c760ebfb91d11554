// What the knowledge pages read.
import { useQuery } from '@tanstack/react-query';
import { get } from '@/lib/client';
import { usePages } from '@/lib/pages';
import type { Schema } from '@/lib/schema';

export type Article = Schema<'Article'>;
export type ArticleRow = Schema<'ArticleRow'>;
export type Difference = Schema<'ArticleDifference'>;

export const articlePath = (id: string) => `/knowledge/${encodeURIComponent(id)}`;

export function useArticles(query: Record<string, string | undefined>) {
  return usePages<ArticleRow>('/knowledge', query);
}

export function useArticle(id: string) {
  return useQuery({
    queryKey: ['/knowledge', id],
    queryFn: ({ signal }) => get<Article>(articlePath(id), {}, signal),
  });
}

/** What differs: of a version from the one before it, of the newest text from the last version. */
export function useDifference(id: string, to: string | undefined) {
  return useQuery({
    queryKey: ['/knowledge', id, 'difference', to],
    queryFn: ({ signal }) => get<Difference>(`${articlePath(id)}/difference`, { to }, signal),
  });
}
