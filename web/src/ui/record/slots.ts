// Asking for the next free slots of a record, or of what is only thought of.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/client';
import type { Schema, Window } from '@/lib/schema';

/** What a window is wanted for. */
export interface Draft {
  subject?: string;
  cis?: string[];
  services?: string[];
  environment?: string;
}

export interface SlotQuestion extends Draft {
  minutes: number;
  after?: string;
  zone: string;
  limit: number;
}

export function useSlots(question: SlotQuestion, enabled: boolean) {
  const { subject, environment, after, zone, limit } = question;
  const query = {
    subject,
    cis: question.cis?.join(','),
    services: question.services?.join(','),
    duration: question.minutes,
    after,
    environment,
    zone,
    limit,
  };
  return useQuery({
    queryKey: ['/slots', query],
    enabled,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => get<Schema<'Slots'>>('/slots', query, signal),
  });
}

/** Whether there is anything to look for a slot for. */
export function isNamed({ subject, cis, services }: Draft): boolean {
  return Boolean(subject) || (cis ?? []).length > 0 || (services ?? []).length > 0;
}

export function minutesOf(window: Window | null | undefined): number | undefined {
  if (!window) return undefined;
  const minutes = Math.round((Date.parse(window.end) - Date.parse(window.start)) / 60_000);
  return minutes > 0 ? minutes : undefined;
}
