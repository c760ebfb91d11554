// What the policy page reads.
import { useQueries, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { get } from '@/lib/client';
import type { Page, Schema } from '@/lib/schema';

export type Policy = Schema<'Policy'>;
export type Checked = Schema<'PolicyChecked'>;
export type Replay = Schema<'Replay'>;
export type Model = Schema<'Model'>;
export type Report = Schema<'Report'>;
export type Files = Record<string, string>;

export function usePolicy() {
  return useQuery({
    queryKey: ['/policy'],
    queryFn: ({ signal }) => get<Policy>('/policy', {}, signal),
  });
}

/** What the rules that are only observed would have decided. */
export function useObserved() {
  return useQuery({
    queryKey: ['/policy/observed'],
    queryFn: ({ signal }) => get<Schema<'Observed'>>('/policy/observed', {}, signal),
  });
}

export function useVersions() {
  return useQuery({
    queryKey: ['/policy/versions'],
    queryFn: ({ signal }) =>
      get<Page<Schema<'PolicyVersion'>>>('/policy/versions', { limit: 20 }, signal),
  });
}

const DAY_MS = 86_400_000;
const EFFECT_DAYS = 90;

/** What says how a model does, by the kind of its records: what went well, and how long it took. */
const EFFECT: Record<string, string[]> = {
  release: ['release_success_rate', 'approval_wait'],
  change: ['change_success_rate', 'request_lead_time'],
};

function lastDays() {
  const day = (back: number) => new Date(Date.now() - back * DAY_MS).toISOString().slice(0, 10);
  return { from: day(EFFECT_DAYS - 1), to: day(-1), by: 'type' };
}

/** Figures of the last 90 days, this one included, divided by type. */
export function useEffectOf(kind: string) {
  const [scope] = useState(lastDays);
  return useQueries({
    queries: (EFFECT[kind] ?? []).map((name) => ({
      queryKey: [`/reports/${name}`, scope],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        get<Report>(`/reports/${name}`, scope, signal),
    })),
  });
}
