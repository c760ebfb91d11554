// View state lives in the address: filters, sorting, columns, the chosen record.
import { useLocation, useNavigate, useParams, useRouter } from '@tanstack/react-router';
import { useCallback } from 'react';

export type Address = Record<string, string>;

/** The query of the address and a way to change some of it; `undefined` or '' removes. */
export function useAddress(): [Address, (change: Record<string, string | undefined>) => void] {
  const { search }: { search: Address } = useLocation();
  const navigate = useNavigate();
  const change = useCallback(
    (part: Record<string, string | undefined>) => {
      void navigate({
        to: '.',
        replace: true,
        search: ((old: Address) => clean({ ...old, ...part })) as never,
      });
    },
    [navigate],
  );
  return [search, change];
}

function clean(query: Record<string, string | undefined>): Address {
  const kept = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(kept) as Address;
}

export function useParam(name: string): string {
  const params: Record<string, string | undefined> = useParams({ strict: false });
  return params[name] ?? '';
}

/** Goes to an address, its query included; `replace` leaves no trace in the history. */
export function useGo(): (to: string, replace?: boolean) => void {
  const { history } = useRouter();
  return useCallback(
    (to: string, replace = false) => (replace ? history.replace(to) : history.push(to)),
    [history],
  );
}

/** Takes every filter off; how the list is sorted and what it shows stay. */
export function unfiltered(address: Address): Record<string, undefined> {
  const filters = Object.keys(address).filter((key) => !['sort', 'columns'].includes(key));
  return Object.fromEntries(filters.map((key) => [key, undefined]));
}

/** What a list asks the server for: of the address what the list knows, its order included. */
export function listQuery(address: Address, filters: readonly string[]): Address {
  const known = [...filters, 'sort'];
  return Object.fromEntries(Object.entries(address).filter(([name]) => known.includes(name)));
}

/** A list with its filters, without the columns that are shown. */
export function filtersOf(address: Address): Address {
  const query = { ...address };
  delete query.columns;
  return query;
}
