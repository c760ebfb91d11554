// The list of articles.
import { paths } from '@/app/paths';
import { unfiltered, useAddress, useGo } from '@/lib/address';
import { useServices } from '@/lib/lookup';
import { DataTable, type Column } from '@/ui/DataTable';
import { FilterBar } from '@/ui/FilterBar';
import { None } from '@/ui/None';
import { useOffer } from '@/ui/offer';
import { Page, Section } from '@/ui/Page';
import { RefLink } from '@/ui/RefLink';
import { ListEmpty } from '@/ui/States';
import { StatePill } from '@/ui/StatePill';
import { wordOf } from '@/ui/texts';
import { Time } from '@/ui/Time';
import { useArticles, type ArticleRow } from '../queries';
import { AUDIENCES, KB, KINDS, STATES } from '../texts';

const words = KB.columns;

const COLUMNS: Column<ArticleRow>[] = [
  {
    key: 'title',
    header: words.title,
    width: '44%',
    cell: (row) => (
      <>
        <span className="mono">{row.number}</span> {row.title}
      </>
    ),
  },
  { key: 'kind', header: words.kind, cell: (row) => wordOf(row.kind) },
  {
    key: 'audience',
    header: words.audience,
    cell: (row) => KB.audiences[row.audience] ?? row.audience,
  },
  { key: 'state', header: words.state, cell: (row) => <StatePill word={row.state} /> },
  {
    key: 'version',
    header: words.version,
    right: true,
    wideOnly: true,
    cell: (row) => row.in_force ?? <None />,
  },
  {
    key: 'release',
    header: words.release,
    wideOnly: true,
    cell: (row) => (row.release ? <RefLink record={row.release} show="number" /> : <None />),
  },
  {
    key: 'updated',
    header: words.updated,
    wideOnly: true,
    cell: (row) => <Time at={row.updated_at} />,
  },
];

export default function KnowledgePage() {
  const go = useGo();
  const [address, change] = useAddress();
  const services = useServices().data?.items ?? [];
  const { q, kind, audience, state, service, release } = address;
  const pages = useArticles({ q, kind, audience, state, service, release });
  const filtered = Boolean(q || kind || audience || state || service || release);
  const offer = useOffer('knowledge.write', KB.new, () => go(paths.newArticle));
  const options = (all: string[]) => all.map((value) => ({ value, label: wordOf(value) }));
  return (
    <Page wide title={KB.title} meta={<span>{KB.meta}</span>} primary={offer}>
      <FilterBar
        address={address}
        onChange={change}
        text={KB.search}
        filters={[
          { key: 'kind', label: words.kind, options: options(KINDS) },
          {
            key: 'audience',
            label: words.audience,
            options: AUDIENCES.map((value) => ({ value, label: KB.audiences[value] ?? value })),
          },
          { key: 'state', label: words.state, options: STATES },
          {
            key: 'service',
            label: KB.fields.services,
            options: services.map((each) => ({ value: each.id, label: each.name })),
            searchable: true,
          },
        ]}
      />
      <Section flush>
        <DataTable
          label={KB.label}
          columns={COLUMNS}
          pages={pages}
          rowKey={(row) => row.number}
          rowLink={(row) => paths.article(row.number)}
          empty={
            <ListEmpty
              icon="knowledge"
              words={KB}
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
