// The list of services.
import { useState } from 'react';
import { paths } from '@/app/paths';
import { unfiltered, useAddress, useGo } from '@/lib/address';
import { DataTable, type Column } from '@/ui/DataTable';
import { FilterBar } from '@/ui/FilterBar';
import { useOffer } from '@/ui/offer';
import { Page, Section } from '@/ui/Page';
import { ListEmpty } from '@/ui/States';
import { Criticality } from '../components/Criticality';
import { ServiceDialog } from '../components/ServiceDialog';
import { useServiceList, type Service } from '../queries';
import { texts } from '../texts';

const words = texts.services;

const COLUMNS: Column<Service>[] = [
  { key: 'name', header: words.name, width: '36%', sort: 'name', cell: (row) => row.name },
  {
    key: 'criticality',
    header: words.criticality,
    sort: 'criticality',
    cell: (row) => <Criticality level={row.criticality} />,
  },
  { key: 'team', header: words.team, cell: (row) => row.team?.name ?? '–' },
  { key: 'owner', header: words.owner, wideOnly: true, cell: (row) => row.owner?.name ?? '–' },
  {
    key: 'cis',
    header: words.cis,
    right: true,
    cell: (row) => (
      <>
        {row.cis_total}
        <span className="visually-hidden"> {words.cis}</span>
      </>
    ),
  },
];

export default function ServicesPage() {
  const go = useGo();
  const [address, change] = useAddress();
  const [adding, setAdding] = useState(false);
  const offer = useOffer('service.write', words.new, () => setAdding(true));
  const pages = useServiceList({ q: address.q, sort: address.sort });
  return (
    <Page wide title={words.title} primary={offer}>
      <FilterBar
        address={address}
        onChange={change}
        filters={[]}
        text={words.search}
        sorts={{ columns: COLUMNS, sortedBy: 'name' }}
      />
      <Section flush>
        <DataTable
          label={words.label}
          columns={COLUMNS}
          pages={pages}
          sort={address.sort}
          sortedBy="name"
          onSort={(sort) => change({ sort })}
          rowKey={(row) => row.id}
          rowLink={(row) => paths.service(row.id)}
          empty={
            <ListEmpty
              icon="services"
              words={words}
              filtered={Boolean(address.q)}
              offer={offer}
              onClear={() => change(unfiltered(address))}
            />
          }
        />
      </Section>
      {adding && (
        <ServiceDialog onClose={() => setAdding(false)} onDone={(id) => go(paths.service(id))} />
      )}
    </Page>
  );
}
