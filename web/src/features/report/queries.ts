// What the report pages read. Everything that says which figures are shown is in the address.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Address } from '@/lib/address';
import { get } from '@/lib/client';
import { usePages } from '@/lib/pages';
import type { Schema } from '@/lib/schema';

export type Report = Schema<'Report'>;
export type Figure = Schema<'Figure'>;
export type FigureValue = Schema<'FigureValue'>;
export type ReportRecord = Schema<'ReportRecord'>;

/** What the address asks of the server. */
export function scopeOf(address: Address): Record<string, string | undefined> {
  const { from, to, by, team, service, type, size } = address;
  return { from: dayOf(from), to: dayOf(to), by, team, service, type, size };
}

/** A day that is written out; nothing while it is not. */
function dayOf(text: string | undefined): string | undefined {
  return text && /^\d{4}-\d{2}-\d{2}$/.test(text) ? text : undefined;
}

export const figurePath = (name: string) => `/reports/${encodeURIComponent(name)}`;

export function useReport(address: Address, name?: string) {
  const path = name ? figurePath(name) : '/reports';
  const scope = scopeOf(address);
  return useQuery({
    queryKey: [path, scope],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => get<Report>(path, scope, signal),
  });
}

/** The records behind a figure, of the whole time or of one step of it. */
export function useRecords(name: string, address: Address, step?: { from: string; to: string }) {
  const { team, service, type, size } = scopeOf(address);
  const { counted, sort } = address;
  const scope = step ?? scopeOf(address);
  return usePages<ReportRecord>(`${figurePath(name)}/records`, {
    from: scope.from,
    to: scope.to,
    team,
    service,
    type,
    size,
    counted,
    sort,
  });
}
