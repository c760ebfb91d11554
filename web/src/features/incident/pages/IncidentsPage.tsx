// The list of incidents.
import { paths } from '@/app/paths';
import { unfiltered, useAddress, useGo } from '@/lib/address';
import { span } from '@/lib/dates';
import { useServices } from '@/lib/lookup';
import { ActiveFilters } from '@/ui/ActiveFilters';
import { DataTable, type Column } from '@/ui/DataTable';
import { ColumnMenu, FilterBar, shownColumns } from '@/ui/FilterBar';
import { None } from '@/ui/None';
import { useOffer } from '@/ui/offer';
import { Page, Section } from '@/ui/Page';
import { RefLink } from '@/ui/RefLink';
import { SavedFilters } from '@/ui/SavedFilters';
import { ListEmpty } from '@/ui/States';
import { StatePill } from '@/ui/StatePill';
import { Time } from '@/ui/Time';
import { Priority } from '../components/Priority';
import { useIncidents, type IncidentRow } from '../queries';
import { PRIORITIES, STATES, texts } from '../texts';

const words = texts.columns;

const COLUMNS: Column<IncidentRow>[] = [
  {
    key: 'title',
    header: words.title,
    width: '34%',
    cell: (row) => (
      <>
        <span className="mono">{row.number}</span> {row.title}
      </>
    ),
  },
  {
    key: 'priority',
    header: words.priority,
    sort: 'priority',
    cell: (row) => <Priority level={row.priority} />,
  },
  { key: 'state', header: words.state, cell: (row) => <StatePill word={row.state} /> },
  {
    key: 'opened_at',
    header: words.opened,
    sort: 'opened_at',
    cell: (row) => <Time at={row.opened_at} show="full" />,
  },
  { key: 'lasted', header: words.lasted, right: true, wideOnly: true, cell: lasted },
  {
    key: 'ci',
    header: words.ci,
    wideOnly: true,
    cell: (row) => (
      <RefLink record={row.ci} to={row.ci ? paths.ci(row.ci.id) : undefined} show="name" />
    ),
  },
  {
    key: 'cause',
    header: words.cause,
    cell: (row) => (row.caused_by ? <RefLink record={row.caused_by} show="number" /> : <None />),
  },
  {
    key: 'source_number',
    header: words.source,
    optional: true,
    wideOnly: true,
    cell: (row) => <span className="mono">{row.source_number ?? '–'}</span>,
  },
];

function lasted(row: IncidentRow): string {
  if (!row.resolved_at) return '–';
  return span(Date.parse(row.resolved_at) - Date.parse(row.opened_at));
}

export default function IncidentsPage() {
  const go = useGo();
  const [address, change] = useAddress();
  const services = useServices().data?.items ?? [];
  const { q, state, priority, service, ci, caused_by, sort } = address;
  const pages = useIncidents({ q, state, priority, service, ci, caused_by, sort });
  const filtered = Boolean(q || state || priority || service || ci || caused_by);
  const startNew = () => go(paths.newIncident);
  const offer = useOffer('incident.write', texts.new, startNew);
  return (
    <Page wide title={texts.title} primary={offer}>
      <FilterBar
        address={address}
        onChange={change}
        text={texts.search}
        sorts={{ columns: COLUMNS, sortedBy: '-opened_at' }}
        filters={[
          { key: 'state', label: words.state, options: STATES },
          { key: 'priority', label: words.priority, options: PRIORITIES },
          {
            key: 'service',
            label: texts.fields.services,
            options: services.map((each) => ({ value: each.id, label: each.name })),
            searchable: true,
          },
        ]}
      >
        <ActiveFilters address={address} names={texts.others} onChange={change} />
        <SavedFilters list="incidents" path={paths.incidents} address={address} />
        <ColumnMenu columns={COLUMNS} address={address} onChange={change} />
      </FilterBar>
      <Section flush>
        <DataTable
          label={texts.label}
          columns={shownColumns(COLUMNS, address)}
          pages={pages}
          sort={sort}
          sortedBy="-opened_at"
          onSort={(next) => change({ sort: next })}
          rowKey={(row) => row.number}
          rowLink={(row) => paths.incident(row.number)}
          empty={
            <ListEmpty
              icon="incidents"
              words={texts}
              filtered={filtered}
              offer={offer}
              onClear={() => change(unfiltered(address))}
            />
          }
        />
      </Section>
    </Page>
  );
}
