// What the tab of notices reads.
import { useQuery } from '@tanstack/react-query';
import { get, send } from '@/lib/client';
import type { Search } from '@/lib/lookup';
import type { Page, Schema } from '@/lib/schema';
import { releasePath } from './queries';

export type Communication = Schema<'Communication'>;

const FOUND_MAX = 12;

export const communicationPath = (id: string) => `${releasePath(id)}/communication`;

export function useCommunication(id: string) {
  return useQuery({
    queryKey: ['/releases', id, 'communication'],
    queryFn: ({ signal }) => get<Communication>(communicationPath(id), {}, signal),
  });
}

export interface Wanted {
  moment: string;
  audience: string;
}

export function usePreview(id: string, wanted: Wanted) {
  return useQuery({
    queryKey: ['/releases', id, 'communication', 'preview', wanted],
    queryFn: () =>
      send<Schema<'NoticePreview'>>('POST', `${communicationPath(id)}/preview`, { ...wanted }),
  });
}

export const findUserGroups: Search = async (q, signal) => {
  const query = { q, limit: FOUND_MAX };
  const page = await get<Page<Schema<'UserGroup'>>>('/user-groups', query, signal);
  return page.items.map((group) => ({ value: group.id, label: group.name, hint: group.audience }));
};
