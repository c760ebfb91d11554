// The columns of the list of releases.
import { ConflictCount } from '@/ui/ConflictCount';
import type { Column } from '@/ui/DataTable';
import { None } from '@/ui/None';
import { RefLink } from '@/ui/RefLink';
import { StatePill, Tier } from '@/ui/StatePill';
import { wordOf } from '@/ui/texts';
import { Time, WindowTime } from '@/ui/Time';
import type { ReleaseRow } from '../queries';
import { takenBack } from '../takenBack';
import { COLUMN } from '../texts';
import classes from './release.module.css';

export const RELEASE_COLUMNS: Column<ReleaseRow>[] = [
  {
    key: 'title',
    header: COLUMN.release,
    sort: 'number',
    cell: (row) => (
      <>
        <span className={classes.number}>{row.number}</span>{' '}
        {row.type === 'emergency' && (
          <>
            <StatePill word={row.type} />{' '}
          </>
        )}
        {row.title}
      </>
    ),
  },
  {
    key: 'phase',
    header: COLUMN.phase,
    cell: (row) => (
      <span className={classes.pills}>
        <StatePill word={row.phase} />
        {row.held && <StatePill word="held" label="On hold" />}
        {row.overdue_since && <StatePill word="overdue" />}
        {(row.outcome ?? takenBack(row.deployment)) && (
          <StatePill word={row.outcome ?? row.deployment} />
        )}
      </span>
    ),
  },
  {
    key: 'window',
    header: COLUMN.window,
    zoned: true,
    sort: 'window',
    cell: (row) => (row.window ? <WindowTime window={row.window} short="bare" /> : <None />),
  },
  {
    key: 'changes',
    header: COLUMN.changes,
    right: true,
    wideOnly: true,
    cell: (row) => row.changes,
  },
  { key: 'risk', header: COLUMN.risk, wideOnly: true, cell: (row) => <Tier tier={row.tier} /> },
  {
    key: 'conflicts',
    header: COLUMN.conflicts,
    right: true,
    cell: (row) => <ConflictCount record={row} />,
  },
  {
    key: 'owner',
    header: COLUMN.owner,
    wideOnly: true,
    cell: (row) => <RefLink record={row.owner} />,
  },
  {
    key: 'type',
    header: COLUMN.type,
    optional: true,
    cell: (row) => wordOf(row.type),
  },
  {
    key: 'team',
    header: COLUMN.team,
    optional: true,
    wideOnly: true,
    cell: (row) => <RefLink record={row.team} />,
  },
  {
    key: 'updated',
    header: COLUMN.updated,
    sort: 'updated_at',
    right: true,
    wideOnly: true,
    cell: (row) => <Time at={row.updated_at} />,
  },
];

/** How the server lists releases when it is not asked otherwise. */
export const SORTED_BY = '-updated_at';
