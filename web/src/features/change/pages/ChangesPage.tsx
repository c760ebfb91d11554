// The list of changes: filters in the address, saved filters, and several at once.
import { useState } from 'react';
import { paths } from '@/app/paths';
import { listQuery, unfiltered, useAddress, useGo, type Address } from '@/lib/address';
import { useServices, useTeams } from '@/lib/lookup';
import { ActiveFilters } from '@/ui/ActiveFilters';
import { ColumnMenu, FilterBar, shownColumns } from '@/ui/FilterBar';
import { Link } from '@/ui/Link';
import { useOffer } from '@/ui/offer';
import { Page, Section } from '@/ui/Page';
import { BulkBar } from '@/ui/record/BulkBar';
import type { BulkFields } from '@/ui/record/BulkEdit';
import { SavedFilters } from '@/ui/SavedFilters';
import { ListEmpty } from '@/ui/States';
import { ChangeTable, COLUMNS, SORTED_BY } from '../components/ChangeTable';
import { useChanges } from '../queries';
import { CATEGORIES, ENVIRONMENTS, PHASES, texts, TIERS, TYPES } from '../texts';

const words = texts.list;
const QUERY = [
  'q',
  'phase',
  'type',
  'tier',
  'team',
  'environment',
  'service',
  'ci',
  'release',
  'requester',
  'implementer',
  'mine',
  'watched',
  'held',
  'imported',
  'outside_release',
] as const;

const { fields } = texts;
const BULK_FIELDS: BulkFields = {
  people: [['implementer', fields.implementer]],
  words: [
    ['environment', fields.environment, ENVIRONMENTS],
    ['category', fields.category, CATEGORIES],
  ],
  labels: { team: fields.team, tags: fields.tags, window: fields.window },
};

export default function ChangesPage() {
  const go = useGo();
  const [address, change] = useAddress();
  const [chosen, setChosen] = useState<string[]>([]);
  const pages = useChanges(listQuery(address, QUERY));
  const offer = useOffer('change.write', words.newChange, () => go(paths.newChange));
  const filtered = QUERY.some((key) => address[key]);
  const narrow = (part: Record<string, string | undefined>) => {
    setChosen([]);
    change(part);
  };
  return (
    <Page
      title={texts.title}
      wide
      primary={offer}
      meta={<Link to={paths.traceability}>{texts.traced.title}</Link>}
    >
      <Filters address={address} onChange={narrow} />
      <Section flush>
        <ChangeTable
          pages={pages}
          columns={shownColumns(COLUMNS, address)}
          sort={address.sort}
          onSort={(sort) => change({ sort })}
          chosen={chosen}
          onChoose={setChosen}
          empty={
            <ListEmpty
              icon="changes"
              words={words}
              filtered={filtered}
              offer={offer}
              onClear={() => narrow(unfiltered(address))}
            />
          }
        />
      </Section>
      {chosen.length > 0 && (
        <BulkBar
          records="changes"
          to={paths.change}
          fields={BULK_FIELDS}
          rows={pages.rows ?? []}
          chosen={chosen}
          onClear={() => setChosen([])}
        />
      )}
    </Page>
  );
}

interface FiltersProps {
  address: Address;
  onChange: (change: Record<string, string | undefined>) => void;
}

function Filters({ address, onChange }: FiltersProps) {
  const teams = useTeams().data?.items ?? [];
  const services = useServices().data?.items ?? [];
  const named = (each: { id: string; name: string }) => ({ value: each.id, label: each.name });
  return (
    <FilterBar
      address={address}
      onChange={onChange}
      text={words.search}
      filters={[
        { key: 'phase', label: words.phase, options: [...PHASES, 'cancelled'] },
        { key: 'type', label: words.type, options: TYPES },
        { key: 'tier', label: words.tier, options: TIERS },
        { key: 'team', label: words.team, options: teams.map(named), searchable: true },
        { key: 'service', label: words.service, options: services.map(named), searchable: true },
        { key: 'environment', label: words.environment, options: ENVIRONMENTS },
      ]}
      toggles={[
        { key: 'mine', label: words.mine },
        { key: 'watched', label: words.watched },
        { key: 'held', label: words.held },
        { key: 'imported', label: words.imported },
        { key: 'outside_release', label: words.outsideRelease },
      ]}
      sorts={{ columns: COLUMNS, sortedBy: SORTED_BY }}
    >
      <ActiveFilters address={address} names={words.others} onChange={onChange} />
      <SavedFilters list="changes" path={paths.changes} address={address} />
      <ColumnMenu columns={COLUMNS} address={address} onChange={onChange} />
    </FilterBar>
  );
}
