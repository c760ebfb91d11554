import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { calendar, releaseRows } from '@/testing/lists';
import { show } from '@/testing/render';
import { serve } from '@/testing/server';
import { atRisk } from './AtRisk';
import { lanes, place } from './lanes';

describe('home', () => {
  it('puts a running deployment of the reader before everything else', async () => {
    serve();
    show('/');
    expect(await screen.findByText('REL-18 is being deployed')).toBeInTheDocument();
  });

  it('asks for the approval when nothing of the reader is running', async () => {
    serve({ 'GET /releases': { items: [releaseRows[0]] } });
    show('/');
    expect(await screen.findByText('One approval waits for you')).toBeInTheDocument();
  });

  it('is calm when nothing waits', async () => {
    const none = { items: [] };
    serve({ 'GET /releases': none, 'GET /approvals': none, 'GET /reviews': none });
    show('/');
    expect(await screen.findByText('Nothing waits for you')).toBeInTheDocument();
  });

  it('names why planned work would miss its date', () => {
    const [found] = atRisk(calendar.entries, new Date());
    expect(found?.entry.subject.number).toBe('REL-17');
    expect(found?.why).toContain('1 blocking conflict');
  });
});

describe('what is at risk', () => {
  it('is as bad as the record says: a warning blocks nothing', () => {
    const entries = calendar.entries.map((entry) => ({ ...entry, conflicts_blocking: 0 }));
    const [found] = atRisk(entries, new Date());
    expect(found?.why).toContain('1 conflict warning');
  });
});

describe('the strip of today', () => {
  const range = { start: Date.parse('2026-11-21T00:00Z'), end: Date.parse('2026-11-22T00:00Z') };
  const from = (start: string, end: string) => ({ window: { start, end, zone: 'UTC' } });

  it('cuts a window to what is shown', () => {
    expect(place(from('2026-11-20T12:00Z', '2026-11-21T06:00Z').window, range)).toEqual({
      left: '0%',
      width: '25%',
    });
    expect(place(from('2026-11-22T00:00Z', '2026-11-22T06:00Z').window, range)).toBeUndefined();
  });

  it('gives overlapping work its own lane, and touching work the same', () => {
    const a = from('2026-11-21T01:00Z', '2026-11-21T03:00Z');
    const b = from('2026-11-21T02:00Z', '2026-11-21T04:00Z');
    const c = from('2026-11-21T03:00Z', '2026-11-21T05:00Z');
    expect(lanes([c, b, a])).toEqual([[a, c], [b]]);
    expect(lanes([c, a], 3 * 3_600_000)).toEqual([[a], [c]]);
  });
});
