import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { isTouched, KINDS, listen, type LiveState } from './live';

const moved = {
  position: 7,
  kind: 'release' as const,
  id: `rel_${'0'.repeat(32)}`,
  number: 'REL-17',
  version: 4,
  name: 'release.approval_moved.v1',
};

it('touches exactly what shows the record', () => {
  const touched = [
    ['/releases', 'REL-17'],
    ['/releases', { phase: 'approval' }],
    ['/releases/board'],
    ['/releases', 'home', { mine: true }],
    ['subject', '/releases/REL-17'],
    ['/approvals', 'count'],
    ['/calendar', {}],
    ['/meetings', 'CAB-3'],
    ['/changes', 'CHG-4'],
    ['/audit/events', {}],
    ['/audit/events', { subject: 'REL-17' }],
  ];
  const others = [
    ['/releases', 'REL-18'],
    ['subject', '/releases/REL-18'],
    ['/incidents', {}],
    ['/people', {}],
    ['/models'],
    ['/session'],
    ['/audit/events', { subject: 'REL-18' }],
  ];
  for (const key of touched) expect(isTouched(key, moved), JSON.stringify(key)).toBe(true);
  for (const key of others) expect(isTouched(key, moved), JSON.stringify(key)).toBe(false);
});

it('touches the settings in which a record is kept', () => {
  const kept = [
    ['exception', ['/exceptions', 'EXC-1'], ['/exceptions', 'EXC-2']],
    ['gate', ['/gates', { record: 'REL-17' }], ['/feeds']],
    ['delegation', ['/delegations', { state: 'current' }], ['/feeds']],
    ['policy', ['/policy/versions'], ['/feeds']],
    ['feed', ['/feeds'], ['/calendar', {}]],
    ['external', ['/calendar/external'], ['/feeds']],
    ['period', ['/peaks'], ['/people']],
    ['period', ['/sprints'], ['/people']],
    ['meeting', ['/calendar', {}], ['/people']],
    ['change', ['/extensions'], ['/people']],
    ['release', ['/extensions'], ['/people']],
    ['runner', ['/runners'], ['/people']],
    ['job', ['/jobs'], ['/people']],
  ] as const;
  for (const [kind, touched, other] of kept) {
    const one = { ...moved, kind, number: kind === 'exception' ? 'EXC-1' : undefined };
    expect([isTouched(touched, one), isTouched(other, one)], kind).toEqual([true, false]);
  }
});

it('touches every list that a query of the pages reads', () => {
  // What is asked anew each time, moves with every write, or is of the reader alone.
  const apart = [
    '/about',
    '/audit/checkpoint',
    '/filters',
    '/search',
    '/session',
    '/slots',
    '/tokens',
  ];
  const files = import.meta.glob<string>('../**/*.{ts,tsx}', {
    query: '?raw',
    import: 'default',
    eager: true,
  });
  const lists = new Set<string>();
  for (const text of Object.values(files)) {
    for (const [, list = ''] of text.matchAll(
      /(?:queryKey: \[|usePages(?:<[^(]*>)?\()\s*'(\/[a-z-/]+)/g,
    )) {
      lists.add(list);
    }
  }
  const unseen = [...lists].filter(
    (list) => !KINDS.some((kind) => isTouched([list], { ...moved, kind })),
  );
  expect(unseen.filter((list) => !apart.includes(list))).toEqual([]);
  expect(lists.size).toBeGreaterThan(20);
});

class Source {
  static all: Source[] = [];
  heard = new Map<string, (event: MessageEvent) => void>();
  closed = false;
  onerror: () => void = () => undefined;
  constructor(readonly url: string) {
    Source.all.push(this);
  }
  addEventListener(name: string, run: (event: MessageEvent) => void) {
    this.heard.set(name, run);
  }
  close() {
    this.closed = true;
  }
  send(name: string, lastEventId: string, data = '') {
    this.heard.get(name)?.({ lastEventId, data } as MessageEvent);
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('EventSource', Source);
  Source.all = [];
});

afterEach(() => {
  vi.useRealTimers();
  vi.stubGlobal('EventSource', undefined);
});

it('comes back where it was, says when it is cut, and gathers what moves', () => {
  const queries = new QueryClient();
  queries.setQueryData(['/releases', 'REL-17'], {});
  queries.setQueryData(['/releases', 'REL-18'], {});
  const states: LiveState[] = [];
  vi.advanceTimersByTime(10);
  const stop = listen(queries, (state) => states.push(state));
  Source.all[0]?.send('hello', '6');
  const stale = (number: string) => queries.getQueryState(['/releases', number])?.isInvalidated;
  expect(stale('REL-18')).toBe(true);
  queries.setQueryData(['/releases', 'REL-17'], {});
  queries.setQueryData(['/releases', 'REL-18'], {});
  Source.all[0]?.send('moved', '7', JSON.stringify(moved));
  vi.advanceTimersByTime(200);
  expect([stale('REL-17'), stale('REL-18')]).toEqual([true, false]);

  Source.all[0]?.onerror();
  expect(Source.all[0]?.closed).toBe(true);
  vi.advanceTimersByTime(700);
  expect(Source.all[1]?.url).toBe('/api/v1/events?after=7');
  Source.all[1]?.onerror();
  vi.advanceTimersByTime(4_000);
  expect(states.at(-1)).toBe('cut');
  Source.all.at(-1)?.send('hello', '7');
  expect(states.at(-1)).toBe('live');

  // A line that has gone silent is taken for cut.
  const count = Source.all.length;
  vi.advanceTimersByTime(41_000);
  expect(Source.all.length).toBeGreaterThan(count);
  stop();
  expect(Source.all.at(-1)?.closed).toBe(true);
});
