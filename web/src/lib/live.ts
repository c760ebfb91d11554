// What moves elsewhere, heard once per tab: the queries that show it are fetched anew. A line that
// is cut is taken up again where it was, and the page says so meanwhile.
import type { QueryClient, QueryKey } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { queryText } from './client';
import type { Schema } from './schema';

export type LiveState = 'connecting' | 'live' | 'cut';
type Moved = Schema<'Moved'>;

/** How the line of this tab is. */
export const LiveContext = createContext<LiveState>('connecting');

/** How often a page asks that must not wait for a line that is cut; never while it is live. */
export function usePolling(everyMs: number): number | false {
  return useContext(LiveContext) === 'live' ? false : everyMs;
}

/** Several moves of one command arrive together, and are fetched together. */
const GATHER_MS = 120;
/** The server gives a sign of life every 15 s; longer silence means a line that is only half open. */
const SILENCE_MS = 40_000;
const BACK_OFF_MS = [500, 1_000, 2_000, 5_000, 10_000, 20_000];
/** A line that is cut and taken up at once is nobody's business. */
const PATIENCE_MS = 3_000;

/** The lists and pages on which each kind of record is seen, by how their keys begin. A kind that
 * the server tells of and that is missing here is a type error. */
const SEEN_ON: Record<string, string[]> = {
  board: ['/boards', '/meetings'],
  change: [
    '/changes',
    '/releases',
    '/approvals',
    '/extensions',
    '/calendar',
    '/plans',
    '/meetings',
    '/deployments',
  ],
  channel: ['/channels'],
  ci: ['/cis', '/services', '/regions'],
  communication: ['/releases', '/notices'],
  conflict: ['/conflicts', '/calendar', '/changes', '/releases', '/extensions'],
  delegation: ['/delegations', '/approvals', '/changes', '/releases'],
  exception: ['/exceptions', '/conflicts', '/calendar', '/changes', '/releases'],
  article: ['/knowledge'],
  external: ['/calendar'],
  feed: ['/feeds'],
  gate: ['/gates', '/releases', '/changes'],
  incident: ['/incidents'],
  job: ['/jobs', '/runners'],
  meeting: ['/meetings', '/boards', '/calendar'],
  notice: ['/inbox', '/notices', '/releases', '/channels'],
  period: [
    '/windows',
    '/blackouts',
    '/peaks',
    '/business-events',
    '/sprints',
    '/calendar',
    '/plans',
  ],
  person: ['/people'],
  policy: ['/policy', '/models', '/approvals', '/changes', '/releases'],
  release: [
    '/releases',
    '/changes',
    '/approvals',
    '/extensions',
    '/calendar',
    '/plans',
    '/meetings',
    '/deployments',
  ],
  survey: ['/surveys', '/reports', '/releases'],
  run: ['/deployments', '/releases', '/changes'],
  review: ['/reviews', '/releases', '/changes'],
  runner: ['/runners', '/jobs'],
  service: ['/services', '/cis', '/regions'],
  team: ['/teams'],
  user_group: ['/user-groups'],
} satisfies Record<Moved['kind'], string[]>;

/** Every kind of record that the server tells of. */
export const KINDS = Object.keys(SEEN_ON) as Moved['kind'][];

/** What a page shows of a record by its name: `/releases/REL-17`, whatever stands behind it. */
const FOLDERS: Record<string, string> = {
  article: '/knowledge',
  change: '/changes',
  exception: '/exceptions',
  incident: '/incidents',
  meeting: '/meetings',
  release: '/releases',
  review: '/reviews',
  service: '/services',
  ci: '/cis',
};

/** Whether a query shows something of what moved. */
export function isTouched(key: QueryKey, moved: Moved): boolean {
  const [first, second] = key;
  if (typeof first !== 'string') return false;
  const names = [moved.id, moved.number].filter((name) => typeof name === 'string');
  if (first === '/audit/events') return logTouched(second, names);
  const path = first === 'subject' && typeof second === 'string' ? second : first;
  const kinds = SEEN_ON[moved.kind] ?? [];
  if (!kinds.some((folder) => path === folder || path.startsWith(`${folder}/`))) return false;
  const folder = FOLDERS[moved.kind];
  const named = recordOf(path, second);
  // Another record of the same kind shows nothing of this one; of another kind, it may.
  const other = folder !== undefined && path.startsWith(folder) && named !== undefined;
  return !other || names.includes(named);
}

/** The record that a query is about, by its key: `['/releases', 'REL-17']`, `['subject', path]`. */
function recordOf(path: string, second: unknown): string | undefined {
  const inPath = /^\/[a-z]+\/([A-Z]+-\d+|[a-z]+_[0-9a-f]{32})/.exec(path)?.[1];
  if (inPath) return inPath;
  const name = typeof second === 'string' ? second : '';
  return /^([A-Z]+-\d+|[a-z]+_[0-9a-f]{32})$/.test(name) ? name : undefined;
}

function logTouched(query: unknown, names: unknown[]): boolean {
  const subject = (query as { subject?: string } | undefined)?.subject;
  return subject === undefined || names.includes(subject);
}

/** Listens until it is told to stop. */
export function listen(queries: QueryClient, onState: (state: LiveState) => void): () => void {
  if (typeof EventSource === 'undefined') return () => undefined;
  let source: EventSource | undefined;
  let last: string | undefined;
  let tries = 0;
  let stopped = false;
  const timers: Record<string, ReturnType<typeof setTimeout> | undefined> = {};
  let moves: Moved[] = [];

  const later = (name: string, run: () => void, ms: number) => {
    clearTimeout(timers[name]);
    timers[name] = setTimeout(run, ms);
  };
  const fetchTouched = () => {
    const gathered = moves;
    moves = [];
    void queries.invalidateQueries({
      predicate: ({ queryKey }) => gathered.some((moved) => isTouched(queryKey, moved)),
    });
  };
  const alive = (event: MessageEvent) => {
    if (event.lastEventId) last = event.lastEventId;
    tries = 0;
    clearTimeout(timers.cut);
    timers.cut = undefined;
    onState('live');
    later('silence', retry, SILENCE_MS);
  };
  const retry = () => {
    source?.close();
    if (stopped) return;
    if (!timers.cut) later('cut', () => onState('cut'), PATIENCE_MS);
    const wait = BACK_OFF_MS[Math.min(tries, BACK_OFF_MS.length - 1)] ?? 0;
    tries += 1;
    // So that all tabs do not come back in the same moment.
    later('retry', open, wait * (0.75 + Math.random() / 2));
  };
  const open = () => {
    const first = last === undefined;
    const openedAt = Date.now();
    source?.close();
    source = new EventSource(`/api/v1/events${queryText({ after: last })}`);
    source.addEventListener('hello', (event: MessageEvent) => {
      alive(event);
      // What was fetched before the line stood may be older than the place where it begins.
      if (first) {
        void queries.invalidateQueries({
          predicate: ({ state }) => state.dataUpdatedAt > 0 && state.dataUpdatedAt < openedAt + 1,
        });
      }
    });
    source.addEventListener('heartbeat', alive);
    source.addEventListener('reset', (event: MessageEvent) => {
      alive(event);
      void queries.invalidateQueries();
    });
    source.addEventListener('moved', (event: MessageEvent<string>) => {
      alive(event);
      moves.push(JSON.parse(event.data) as Moved);
      later('gather', fetchTouched, GATHER_MS);
    });
    source.onerror = retry;
  };

  onState('connecting');
  open();
  return () => {
    stopped = true;
    source?.close();
    Object.values(timers).forEach(clearTimeout);
  };
}
