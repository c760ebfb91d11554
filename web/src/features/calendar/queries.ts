// What the calendar asks of the server.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/client';
import type { Schema } from '@/lib/schema';
import type { Range } from './range';

export interface CalendarFilters {
  service?: string;
  team?: string;
  environment?: string;
}

/** All that touches the range; the last answer stays on screen while the next one comes. */
export function useCalendar(range: Range, filters: CalendarFilters) {
  const query = {
    from: new Date(range.startMs).toISOString(),
    to: new Date(range.endMs).toISOString(),
    service: filters.service,
    team: filters.team,
    environment: filters.environment,
  };
  return useQuery({
    queryKey: ['/calendar', query],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => get<Schema<'Calendar'>>('/calendar', query, signal),
  });
}
