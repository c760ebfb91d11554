// The list of changes.
import { paths } from '@/app/paths';
import type { Pages } from '@/lib/pages';
import { ConflictCount } from '@/ui/ConflictCount';
import { DataTable, type Column } from '@/ui/DataTable';
import { None } from '@/ui/None';
import { RefLink } from '@/ui/RefLink';
import { StatePill, Tier } from '@/ui/StatePill';
import { wordOf } from '@/ui/texts';
import { Time, WindowTime } from '@/ui/Time';
import type { ReactNode } from 'react';
import type { ChangeRow } from '../queries';
import { texts } from '../texts';
import classes from './ChangeTable.module.css';

const words = texts.list;

export const COLUMNS: Column<ChangeRow>[] = [
  {
    key: 'title',
    header: words.title,
    sort: 'number',
    cell: (row) => (
      <>
        <span className="mono">{row.number}</span>{' '}
        {row.type === 'emergency' && (
          <>
            <StatePill word="emergency" />{' '}
          </>
        )}
        {row.title}
      </>
    ),
  },
  {
    key: 'phase',
    header: words.phase,
    cell: (row) => (
      <span className={classes.phase}>
        <StatePill word={row.phase} />
        {row.held && <StatePill word="held" label={words.onHold} />}
        {row.overdue_since && <StatePill word="overdue" />}
        {row.outside_release && <StatePill word="waiting" label={words.noRelease} />}
      </span>
    ),
  },
  {
    key: 'tier',
    header: words.tier,
    cell: (row) => (row.tier ? <Tier tier={row.tier} /> : <None />),
  },
  {
    key: 'window',
    header: words.window,
    zoned: true,
    sort: 'window',
    cell: (row) => (row.window ? <WindowTime window={row.window} short="bare" /> : <None />),
  },
  {
    key: 'conflicts',
    header: words.conflicts,
    right: true,
    cell: (row) => <ConflictCount record={row} />,
  },
  {
    key: 'team',
    header: words.team,
    optional: true,
    wideOnly: true,
    cell: (row) => row.team?.name ?? '–',
  },
  {
    key: 'type',
    header: words.type,
    optional: true,
    wideOnly: true,
    cell: (row) => wordOf(row.type),
  },
  {
    key: 'environment',
    header: words.environment,
    optional: true,
    wideOnly: true,
    cell: (row) => wordOf(row.environment),
  },
  {
    key: 'requester',
    header: words.requester,
    optional: true,
    wideOnly: true,
    cell: (row) => row.requester?.name ?? '–',
  },
  {
    key: 'implementer',
    header: words.implementer,
    optional: true,
    wideOnly: true,
    cell: (row) => row.implementer?.name ?? '–',
  },
  {
    key: 'release',
    header: words.release,
    optional: true,
    wideOnly: true,
    cell: (row) => (
      <RefLink
        record={row.release}
        show="number"
        to={row.release ? paths.release(row.release.number ?? row.release.id) : undefined}
      />
    ),
  },
  {
    key: 'outcome',
    header: words.outcome,
    optional: true,
    wideOnly: true,
    cell: (row) => <StatePill word={row.outcome} />,
  },
  {
    key: 'source_number',
    header: words.source,
    optional: true,
    wideOnly: true,
    cell: (row) => <span className="mono">{row.source_number ?? '–'}</span>,
  },
  {
    key: 'updated_at',
    header: words.updated,
    sort: 'updated_at',
    right: true,
    wideOnly: true,
    cell: (row) => <Time at={row.updated_at} />,
  },
];

/** How the server lists changes when it is not asked otherwise. */
export const SORTED_BY = '-updated_at';

interface Props {
  pages: Pages<ChangeRow>;
  columns: Column<ChangeRow>[];
  empty: ReactNode;
  sort?: string;
  onSort: (sort: string | undefined) => void;
  chosen: string[];
  onChoose: (keys: string[]) => void;
}

export function ChangeTable(props: Props) {
  return (
    <DataTable
      label={words.label}
      sortedBy={SORTED_BY}
      rowKey={(row) => row.number}
      rowLink={(row) => paths.change(row.number)}
      {...props}
    />
  );
}
