// What the change pages read.
import { useQuery } from '@tanstack/react-query';
import { get } from '@/lib/client';
import { usePages } from '@/lib/pages';
import type { Page, Ref, Schema } from '@/lib/schema';

export type Change = Schema<'Change'>;
export type ChangeRow = Schema<'ChangeRow'>;

const CIS_PAGE = 200;
const CIS_PAGES_MAX = 50;

export function changePath(id: string): string {
  return `/changes/${encodeURIComponent(id)}`;
}

export function useChange(id: string) {
  return useQuery({
    queryKey: ['/changes', id],
    queryFn: ({ signal }) => get<Change>(changePath(id), {}, signal),
  });
}

export function useChanges(query: Record<string, string | undefined>) {
  return usePages<ChangeRow>('/changes', query);
}

/** The CIs of a change, two hundred at a time: the record itself carries only the first hundred. */
export function useCis(id: string) {
  return usePages<Ref>(`${changePath(id)}/cis`, { limit: String(CIS_PAGE) });
}

/** Every CI of a change, for an edit that sends the whole list. */
export async function readAllCis(id: string): Promise<Ref[]> {
  const found: Ref[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < CIS_PAGES_MAX; page += 1) {
    const next: Page<Ref> = await get(`${changePath(id)}/cis`, { limit: CIS_PAGE, cursor });
    found.push(...next.items);
    if (!next.next) return found;
    cursor = next.next;
  }
  throw new Error('the change touches more CIs than a page may edit');
}
