// What the team page reads.
import { usePages } from '@/lib/pages';
import type { Schema } from '@/lib/schema';

export type Team = Schema<'Team'>;

export const teamPath = (id: string) => `/teams/${encodeURIComponent(id)}`;

export function useTeamList() {
  return usePages<Team>('/teams');
}
