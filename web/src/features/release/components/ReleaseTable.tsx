// The columns of the list of releases.
import { ConflictCount } from '@/ui/ConflictCount';
import type { Column } from '@/ui/DataTable';
import { None } from '@/ui/None';
import { RefLink } from '@/ui/RefLink';
import { StatePill, Tier } from '@/ui/StatePill';
import { wordOf } from '@/ui/texts';
import { Time, WindowTime } from '@/ui/Time';
import type { ReleaseRow } from '../queries';
import { COLUMN } from '../texts';
import classes from './release.module.css';

export const RELEASE_COLUMNS: Column<ReleaseRow>[] = [
  {
    key: 'title',
    header: COLUMN.release,
    sort: 'number',
    cell: (row) => (
      <>
        <span className={classes.number}>{row.number}</span> {row.title}
      </>
    ),
  },
  { key: 'type', header: COLUMN.type, cell: (row) => <TypeWord type={row.type} /> },
  {
    key: 'phase',
    header: COLUMN.phase,
    cell: (row) => (
      <span className={classes.pills}>
        <StatePill word={row.phase} />
        {row.held && <StatePill word="held" label="On hold" />}
      </span>
    ),
  },
  {
    key: 'window',
    header: COLUMN.window,
    zoned: true,
    sort: 'window',
    cell: (row) => (row.window ? <WindowTime window={row.window} short /> : <None />),
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
    key: 'team',
    header: COLUMN.team,
    optional: true,
    wideOnly: true,
    cell: (row) => <RefLink record={row.team} />,
  },
  {
    key: 'outcome',
    header: COLUMN.outcome,
    optional: true,
    cell: (row) => <StatePill word={row.outcome} />,
  },
  {
    key: 'updated',
    header: COLUMN.updated,
    sort: 'updated_at',
    wideOnly: true,
    optional: true,
    cell: (row) => <Time at={row.updated_at} />,
  },
];

function TypeWord({ type }: { type: string }) {
  return type === 'emergency' ? <StatePill word={type} /> : <>{wordOf(type)}</>;
}
