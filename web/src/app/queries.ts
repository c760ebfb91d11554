// The query cache. A lost session anywhere sends the reader to the sign-in page.
import { QueryCache, QueryClient } from '@tanstack/react-query';
import { asProblem } from '@/lib/problem';

export const SESSION = ['/session'];
const RETRIES_MAX = 2;

export function makeQueries(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        const lost = asProblem(error).status === 401 && query.queryKey[0] !== SESSION[0];
        if (lost) void client.resetQueries({ queryKey: SESSION });
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (count, error) => {
          const { status } = asProblem(error);
          return count < RETRIES_MAX && (status === 0 || status === 503);
        },
      },
    },
  });
  return client;
}
