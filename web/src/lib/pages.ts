// A list read page by page with the server's cursor.
import { useInfiniteQuery } from '@tanstack/react-query';
import { get, type Query } from './client';
import type { Page } from './schema';

const PAGE_SIZE = 50;

export function usePages<Row>(path: string, query: Query = {}, enabled = true) {
  const pages = useInfiniteQuery({
    // A page of a list is kept apart from a list that is read whole.
    queryKey: [path, query, 'pages'],
    enabled,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      get<Page<Row>>(path, { limit: PAGE_SIZE, ...query, cursor: pageParam }, signal),
    getNextPageParam: (page) => page.next ?? undefined,
  });
  return {
    rows: pages.data?.pages.flatMap((page) => page.items),
    error: pages.error,
    loading: pages.isPending,
    more: pages.hasNextPage ? () => void pages.fetchNextPage() : undefined,
    loadingMore: pages.isFetchingNextPage,
    retry: () => void pages.refetch(),
  };
}

export type Pages<Row> = ReturnType<typeof usePages<Row>>;
