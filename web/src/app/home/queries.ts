// Home is composed from the lists of the features.
import { useQuery } from '@tanstack/react-query';
import { get } from '@/lib/client';
import type { Page, Schema } from '@/lib/schema';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const AHEAD_DAYS = 14;
const SHOWN_MAX = 6;

function useList<Row>(
  path: string,
  query: Record<string, string | number | boolean>,
  enabled = true,
) {
  return useQuery({
    enabled,
    queryKey: [path, 'home', query],
    queryFn: ({ signal }) => get<Page<Row>>(path, query, signal),
    select: (page) => page.items,
  });
}

/** What is deployed or taken back now, the reader's own first. */
export function useUnderWay() {
  return useList<Schema<'DeploymentRow'>>('/deployments', { under_way: true, limit: 50 });
}

/** The windows that are asked of the reader's teams. */
export function useAskedWindows() {
  return useList<Schema<'AskedWindow'>>('/releases/asked', { limit: SHOWN_MAX });
}

/** The notices that did not reach all, for those who may send them again. */
export function useUndelivered(mayTell: boolean) {
  return useList<Schema<'Notice'>>('/notices', { dead: true, limit: SHOWN_MAX }, mayTell);
}

/** The releases that the reader is asked about and has not answered. */
export function useAskedSurveys() {
  return useList<Schema<'SurveyRow'>>('/surveys', { limit: SHOWN_MAX });
}

/** Deployments that nobody had authorised, of services that the reader answers for. */
export function useUnauthorised() {
  return useList<Schema<'Gate'>>('/gates', { unauthorised: 'mine', limit: SHOWN_MAX });
}

export function useOpenReviews() {
  return useList<Schema<'ReviewRow'>>('/reviews', { state: 'open', limit: 50 });
}

/** What the reader has to do out of reviews. */
export function useMyActions() {
  return useList<Schema<'ActionRow'>>('/reviews/actions', {
    owner: 'me',
    state: 'open',
    limit: SHOWN_MAX,
  });
}

export function useMyReleases() {
  return useList<Schema<'ReleaseRow'>>('/releases', {
    mine: true,
    sort: '-updated_at',
    limit: SHOWN_MAX * 2,
  });
}

export function useMyChanges() {
  return useList<Schema<'ChangeRow'>>('/changes', {
    mine: true,
    sort: '-updated_at',
    limit: 50,
  });
}

/** What is still under way past the end of its window. */
export function useOverdue() {
  const releases = useList<Schema<'ReleaseRow'>>('/releases', { overdue: true, limit: SHOWN_MAX });
  const changes = useList<Schema<'ChangeRow'>>('/changes', { overdue: true, limit: SHOWN_MAX });
  const rows = [...(releases.data ?? []), ...(changes.data ?? [])];
  return rows.filter((row) => row.overdue_since);
}

/** From the start of this hour, so that the key of the query stays the same for a while. */
export function homeRange(now: Date): { from: Date; today: Date; to: Date } {
  const from = new Date(Math.floor(now.getTime() / HOUR_MS) * HOUR_MS);
  return {
    from,
    today: new Date(from.getTime() + DAY_MS),
    to: new Date(from.getTime() + AHEAD_DAYS * DAY_MS),
  };
}

export function useAhead(from: Date, to: Date) {
  return useQuery({
    queryKey: ['/calendar', from.toISOString(), to.toISOString()],
    queryFn: ({ signal }) =>
      get<Schema<'Calendar'>>(
        '/calendar',
        { from: from.toISOString(), to: to.toISOString() },
        signal,
      ),
  });
}

export const OPEN_MAX = SHOWN_MAX;

export function isOpen(row: { phase: string }): boolean {
  return row.phase !== 'closed' && row.phase !== 'cancelled';
}
