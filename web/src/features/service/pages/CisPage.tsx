// The list of configuration items.
import { useState } from 'react';
import { paths } from '@/app/paths';
import { unfiltered, useAddress, useGo } from '@/lib/address';
import { useServices } from '@/lib/lookup';
import { DataTable, type Column } from '@/ui/DataTable';
import { FilterBar } from '@/ui/FilterBar';
import { useOffer } from '@/ui/offer';
import { Page, Section } from '@/ui/Page';
import { RefLink } from '@/ui/RefLink';
import { ListEmpty } from '@/ui/States';
import { wordOf } from '@/ui/texts';
import { CiDialog } from '../components/CiDialog';
import { Criticality } from '../components/Criticality';
import { useCiList, type Ci } from '../queries';
import { CI_KINDS, texts } from '../texts';

const words = texts.cis;

const COLUMNS: Column<Ci>[] = [
  {
    key: 'name',
    header: words.name,
    width: '28%',
    cell: (row) => <span className="mono">{row.name}</span>,
  },
  { key: 'kind', header: words.kind, cell: (row) => wordOf(row.kind) },
  {
    key: 'service',
    header: words.service,
    cell: (row) => (
      <RefLink record={row.service} to={row.service ? paths.service(row.service.id) : undefined} />
    ),
  },
  {
    key: 'criticality',
    header: words.criticality,
    cell: (row) => <Criticality level={row.criticality} />,
  },
  {
    key: 'environment',
    header: words.environment,
    wideOnly: true,
    cell: (row) => wordOf(row.environment),
  },
  { key: 'region', header: words.region, wideOnly: true, cell: (row) => row.region || '–' },
  {
    key: 'version',
    header: words.version,
    wideOnly: true,
    cell: (row) => <span className="mono">{row.version_running || '–'}</span>,
  },
];

export default function CisPage() {
  const go = useGo();
  const [address, change] = useAddress();
  const [adding, setAdding] = useState(false);
  const services = useServices().data?.items ?? [];
  const { q, kind, service } = address;
  const offer = useOffer('service.write', words.new, () => setAdding(true));
  const pages = useCiList({ q, kind, service });
  return (
    <Page wide title={words.title} primary={offer}>
      <FilterBar
        address={address}
        onChange={change}
        text={words.search}
        filters={[
          { key: 'kind', label: words.kind, options: CI_KINDS },
          {
            key: 'service',
            label: words.service,
            options: services.map((each) => ({ value: each.id, label: each.name })),
            searchable: true,
          },
        ]}
      />
      <Section flush>
        <DataTable
          label={words.label}
          columns={COLUMNS}
          pages={pages}
          rowKey={(row) => row.id}
          rowLink={(row) => paths.ci(row.id)}
          empty={
            <ListEmpty
              icon="cis"
              words={words}
              filtered={Boolean(q || kind || service)}
              offer={offer}
              onClear={() => change(unfiltered(address))}
            />
          }
        />
      </Section>
      {adding && <CiDialog onClose={() => setAdding(false)} onDone={(id) => go(paths.ci(id))} />}
    </Page>
  );
}
