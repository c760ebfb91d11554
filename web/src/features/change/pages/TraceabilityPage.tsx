// The report of traceability: what customers meet in a period, and the release it travels in.
import { TextInput } from '@mantine/core';
import { paths } from '@/app/paths';
import { useAddress } from '@/lib/address';
import { usePages } from '@/lib/pages';
import type { Schema } from '@/lib/schema';
import { DataTable, type Column } from '@/ui/DataTable';
import { FilterBar } from '@/ui/FilterBar';
import { Page, Section } from '@/ui/Page';
import { RefLink } from '@/ui/RefLink';
import { EmptyState } from '@/ui/States';
import { StatePill } from '@/ui/StatePill';
import { wordOf } from '@/ui/texts';
import { Time } from '@/ui/Time';
import { texts } from '../texts';
import classes from './TraceabilityPage.module.css';

type Traced = Schema<'Traced'>;

const words = texts.traced;

const COLUMNS: Column<Traced>[] = [
  {
    key: 'title',
    header: texts.list.title,
    cell: (row) => (
      <>
        <span className="mono">{row.number}</span> {row.title}
      </>
    ),
  },
  {
    key: 'release',
    header: texts.list.release,
    cell: (row) =>
      row.release ? (
        <RefLink record={row.release} show="number" />
      ) : (
        <StatePill word="waiting" label={words.none} />
      ),
  },
  { key: 'at', header: words.at, cell: (row) => <Time at={row.at} show="full" /> },
  { key: 'impact', header: words.impact, cell: (row) => wordOf(row.customer_impact) },
  { key: 'phase', header: texts.list.phase, cell: (row) => <StatePill word={row.phase} /> },
  {
    key: 'outcome',
    header: texts.list.outcome,
    wideOnly: true,
    cell: (row) => <StatePill word={row.outcome} />,
  },
  { key: 'team', header: texts.list.team, wideOnly: true, cell: (row) => row.team?.name ?? '–' },
];

/** A day as the start of it in UTC; nothing while it is not written out. */
function dayOf(text: string | undefined): string | undefined {
  return text && /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : undefined;
}

export default function TraceabilityPage() {
  const [address, change] = useAddress();
  const pages = usePages<Traced>('/changes/traceability', {
    from: dayOf(address.from),
    to: dayOf(address.to),
    outside_release: address.outside_release,
  });
  const day = (key: 'from' | 'to', label: string) => (
    <label className={classes.day}>
      {label}
      <TextInput
        type="date"
        size="xs"
        value={address[key] ?? ''}
        onChange={(event) => change({ [key]: event.currentTarget.value || undefined })}
      />
    </label>
  );
  return (
    <Page
      title={words.title}
      meta={words.help}
      wide
      back={{ to: paths.changes, label: words.back }}
    >
      <FilterBar
        address={address}
        onChange={change}
        filters={[]}
        toggles={[{ key: 'outside_release', label: words.outside }]}
      >
        {day('from', words.from)}
        {day('to', words.to)}
      </FilterBar>
      <Section flush>
        <DataTable
          label={words.label}
          columns={COLUMNS}
          pages={pages}
          rowKey={(row) => row.number}
          rowLink={(row) => paths.change(row.number)}
          empty={
            <EmptyState icon="changes" title={words.emptyTitle}>
              <p>{words.empty}</p>
            </EmptyState>
          }
        />
      </Section>
    </Page>
  );
}
