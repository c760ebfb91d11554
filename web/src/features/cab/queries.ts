// What the pages of boards and meetings read.
import { useQuery } from '@tanstack/react-query';
import { get } from '@/lib/client';
import { usePages } from '@/lib/pages';
import type { Schema } from '@/lib/schema';

export type Board = Schema<'CabBoard'>;
export type Meeting = Schema<'Meeting'>;
export type MeetingRow = Schema<'MeetingRow'>;
export type Item = Schema<'AgendaItem'>;
export type Release = Schema<'Release'>;
export type Change = Schema<'Change'>;

export type Subject = { kind: 'change'; record: Change } | { kind: 'release'; record: Release };

export const boardPath = (id: string) => `/boards/${encodeURIComponent(id)}`;
export const meetingPath = (id: string) => `/meetings/${encodeURIComponent(id)}`;

export function useBoards() {
  return usePages<Board>('/boards');
}

export function useMeetings() {
  return usePages<MeetingRow>('/meetings');
}

export function useMeeting(id: string) {
  return useQuery({
    queryKey: ['/meetings', id],
    queryFn: ({ signal }) => get<Meeting>(meetingPath(id), {}, signal),
  });
}

export function useMinutes(id: string) {
  return useQuery({
    queryKey: ['/meetings', id, 'minutes'],
    queryFn: ({ signal }) => get<Schema<'Minutes'>>(`${meetingPath(id)}/minutes`, {}, signal),
  });
}

export function subjectPath(item: Item): string {
  const folder = item.subject_kind === 'release' ? 'releases' : 'changes';
  return `/${folder}/${encodeURIComponent(item.subject.number ?? item.subject.id)}`;
}

export function useSubject(item: Item) {
  const path = subjectPath(item);
  return useQuery({
    queryKey: ['subject', path],
    queryFn: async ({ signal }): Promise<Subject> =>
      item.subject_kind === 'release'
        ? { kind: 'release', record: await get<Release>(path, {}, signal) }
        : { kind: 'change', record: await get<Change>(path, {}, signal) },
  });
}
