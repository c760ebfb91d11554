// The records behind a figure, or behind one step of it.
import { pathOf } from '@/app/paths';
import type { Address } from '@/lib/address';
import { DataTable, type Column } from '@/ui/DataTable';
import { FilterBar } from '@/ui/FilterBar';
import { RefLink } from '@/ui/RefLink';
import { ListEmpty } from '@/ui/States';
import { StatePill } from '@/ui/StatePill';
import { wordOf } from '@/ui/texts';
import { Time } from '@/ui/Time';
import { valueText } from '@/ui/figureText';
import { useRecords, type Figure, type ReportRecord } from '../queries';
import { texts } from '../texts';
import classes from './ReportFilters.module.css';

const words = texts.lists;

function columnsOf(figure: Figure): Column<ReportRecord>[] {
  const { shape, unit } = figure.definition;
  const valued = shape === 'spread' || shape === 'mean';
  const measured: Column<ReportRecord> = valued
    ? {
        key: 'value',
        header: words.value,
        right: true,
        sort: 'value',
        cell: (row) => valueText(row.value, unit),
      }
    : {
        key: 'counted',
        header: words.counted,
        cell: (row) => (
          <StatePill
            word={row.counted ? 'counted' : 'not_counted'}
            label={row.counted ? texts.yes : texts.no}
          />
        ),
      };
  return [
    {
      key: 'record',
      header: words.record,
      width: '34%',
      cell: (row) => (
        <>
          <span className="mono">{row.record.number}</span> {row.record.name}
        </>
      ),
    },
    measured,
    { key: 'at', header: words.at, sort: 'at', cell: (row) => <Time at={row.at} show="full" /> },
    { key: 'type', header: words.type, wideOnly: true, cell: (row) => wordOf(row.type) },
    { key: 'team', header: words.team, wideOnly: true, cell: (row) => row.team?.name ?? '–' },
    {
      key: 'because',
      header: words.because,
      cell: (row) =>
        row.because.length === 0
          ? '–'
          : row.because.map((record) => (
              <span key={record.id}>
                <RefLink record={record} show="number" />{' '}
              </span>
            )),
    },
  ];
}

interface Props {
  figure: Figure;
  address: Address;
  onChange: (change: Record<string, string | undefined>) => void;
  step?: { from: string; to: string };
}

export function RecordList({ figure, address, onChange, step }: Props) {
  const pages = useRecords(figure.name, address, step);
  const valued = typeof figure.value.counted !== 'number';
  const { counted } = address;
  return (
    <>
      {!valued && (
        <div className={classes.records}>
          <FilterBar
            address={{ counted: counted ?? '' }}
            onChange={onChange}
            filters={[
              {
                key: 'counted',
                label: texts.counted,
                options: [
                  { value: 'true', label: texts.yes },
                  { value: 'false', label: texts.no },
                ],
              },
            ]}
          />
        </div>
      )}
      <DataTable
        label={words.label}
        columns={columnsOf(figure)}
        pages={pages}
        sort={address.sort}
        sortedBy="-at"
        onSort={(sort) => onChange({ sort: sort === '-value' ? sort : undefined })}
        rowKey={(row) => `${row.record.id} ${row.at}`}
        rowLink={(row) => pathOf(row.record) ?? ''}
        empty={
          <ListEmpty
            icon="reports"
            words={{
              emptyTitle: texts.none,
              empty: texts.noneHelp,
              noMatch: texts.none,
              noMatchHelp: texts.noneHelp,
            }}
            filtered={Boolean(counted)}
            onClear={() => onChange({ counted: undefined })}
          />
        }
      />
    </>
  );
}
