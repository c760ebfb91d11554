// What the review pages read.
import { useQuery } from '@tanstack/react-query';
import { get } from '@/lib/client';
import { usePages } from '@/lib/pages';
import type { Schema } from '@/lib/schema';

export type Review = Schema<'Review'>;
export type ReviewRow = Schema<'ReviewRow'>;

export type ActionRow = Schema<'ActionRow'>;

export function reviewPath(id: string): string {
  return `/reviews/${encodeURIComponent(id)}`;
}

export function useReviews(query: Record<string, string | undefined>) {
  return usePages<ReviewRow>('/reviews', query);
}

export function useActions(query: Record<string, string | undefined>) {
  return usePages<ActionRow>('/reviews/actions', query);
}

export function useReview(id: string) {
  return useQuery({
    queryKey: ['/reviews', id],
    queryFn: ({ signal }) => get<Review>(reviewPath(id), {}, signal),
  });
}
