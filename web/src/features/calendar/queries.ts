// What the calendar asks of the server.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { get, send } from '@/lib/client';
import type { Schema } from '@/lib/schema';
import type { Range } from './range';

export interface CalendarFilters {
  service?: string;
  team?: string;
  environment?: string;
  region?: string;
  /** Only what is committed. */
  committed?: boolean;
}

/** All that touches the range; the last answer stays on screen while the next one comes. */
export function useCalendar(range: Range, filters: CalendarFilters) {
  const query = queryOf(range, filters);
  return useQuery({
    queryKey: ['/calendar', query],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => get<Schema<'Calendar'>>('/calendar', query, signal),
  });
}

/** Which services are expected to be interrupted in the range. */
export function useOutages(range: Range, filters: CalendarFilters) {
  const query = queryOf(range, filters);
  return useQuery({
    queryKey: ['/calendar/outages', query],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => get<Schema<'Outages'>>('/calendar/outages', query, signal),
  });
}

function queryOf(range: Range, filters: CalendarFilters) {
  return {
    from: new Date(range.startMs).toISOString(),
    to: new Date(range.endMs).toISOString(),
    ...filters,
  };
}

export type Backlog = Schema<'Backlog'>;

/** A slot for each record that waits for a date; nothing is saved. */
export function useBacklog(asked: Backlog) {
  return useQuery({
    queryKey: ['/plans', asked],
    placeholderData: keepPreviousData,
    queryFn: () => send<Schema<'BacklogPlan'>>('POST', '/plans', asked),
  });
}
