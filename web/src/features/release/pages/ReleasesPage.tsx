// All releases, filtered and sorted by the address, and several at once.
import { useState } from 'react';
import { paths } from '@/app/paths';
import { listQuery, unfiltered, useAddress, useGo } from '@/lib/address';
import { useModels, useTeams } from '@/lib/lookup';
import { DataTable } from '@/ui/DataTable';
import { ColumnMenu, FilterBar, shownColumns } from '@/ui/FilterBar';
import { useOffer } from '@/ui/offer';
import { Page, Section } from '@/ui/Page';
import { BulkBar } from '@/ui/record/BulkBar';
import type { BulkFields } from '@/ui/record/BulkEdit';
import { SavedFilters } from '@/ui/SavedFilters';
import { ListEmpty } from '@/ui/States';
import { RELEASE_COLUMNS, SORTED_BY } from '../components/ReleaseTable';
import { ViewSwitch } from '../components/ViewSwitch';
import { useReleases } from '../queries';
import { COLUMN, FIELD, RELEASE } from '../texts';

const FILTERS = [
  'q',
  'phase',
  'type',
  'tier',
  'team',
  'environment',
  'owner',
  'mine',
  'watched',
  'held',
  'overdue',
];

const BULK_FIELDS: BulkFields = {
  people: [
    ['owner', FIELD.owner],
    ['release_manager', FIELD.manager],
  ],
  words: [['environment', FIELD.environment, RELEASE.environments]],
  labels: { team: FIELD.team, tags: FIELD.tags, window: FIELD.window },
};

export default function ReleasesPage() {
  const [address, narrow] = useAddress();
  const [chosen, setChosen] = useState<string[]>([]);
  const change = (part: Record<string, string | undefined>) => {
    setChosen([]);
    narrow(part);
  };
  const go = useGo();
  const teams = useTeams();
  const models = useModels();
  const pages = useReleases(listQuery(address, FILTERS));
  const filtered = FILTERS.some((name) => address[name]);
  const create = () => go(paths.newRelease);
  const offer = useOffer('release.write', RELEASE.create, create);
  const types = models.data?.filter((model) => model.kind === 'release');
  return (
    <Page wide title={RELEASE.list} tools={<ViewSwitch view="list" />} primary={offer}>
      <FilterBar
        address={address}
        onChange={change}
        text={RELEASE.search}
        filters={[
          { key: 'phase', label: COLUMN.phase, options: [...RELEASE.phases, 'cancelled'] },
          {
            key: 'type',
            label: COLUMN.type,
            options: types?.map((model) => model.name) ?? RELEASE.types,
          },
          {
            key: 'team',
            label: COLUMN.team,
            searchable: true,
            options: (teams.data?.items ?? []).map((team) => ({
              value: team.name,
              label: team.name,
            })),
          },
        ]}
        toggles={[{ key: 'mine', label: RELEASE.mine }]}
        sorts={{ columns: RELEASE_COLUMNS, sortedBy: SORTED_BY }}
      >
        <SavedFilters list="releases" path={paths.releases} address={address} />
        <ColumnMenu columns={RELEASE_COLUMNS} address={address} onChange={change} />
      </FilterBar>
      <Section flush>
        <DataTable
          label={RELEASE.list}
          columns={shownColumns(RELEASE_COLUMNS, address)}
          pages={pages}
          rowKey={(row) => row.number}
          rowLink={(row) => paths.release(row.number)}
          sort={address.sort}
          sortedBy={SORTED_BY}
          onSort={(sort) => change({ sort })}
          chosen={chosen}
          onChoose={setChosen}
          empty={
            <ListEmpty
              icon="releases"
              words={RELEASE}
              filtered={filtered}
              offer={offer}
              onClear={() => change(unfiltered(address))}
            />
          }
        />
      </Section>
      {chosen.length > 0 && (
        <BulkBar
          records="releases"
          to={paths.release}
          fields={BULK_FIELDS}
          rows={pages.rows ?? []}
          chosen={chosen}
          onClear={() => setChosen([])}
        />
      )}
    </Page>
  );
}
