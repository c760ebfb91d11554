// Reviews owed and completed.
import { paths } from '@/app/paths';
import { listQuery, unfiltered, useAddress } from '@/lib/address';
import { dayOn } from '@/lib/dates';
import { DataTable, type Column } from '@/ui/DataTable';
import { FilterBar } from '@/ui/FilterBar';
import { Link } from '@/ui/Link';
import { Page, Section } from '@/ui/Page';
import { RefLink } from '@/ui/RefLink';
import { ListEmpty } from '@/ui/States';
import { StatePill } from '@/ui/StatePill';
import { Time } from '@/ui/Time';
import { wordOf } from '@/ui/texts';
import { useReviews, type ReviewRow } from '../queries';
import { REVIEW } from '../texts';

const COLUMNS: Column<ReviewRow>[] = [
  {
    key: 'review',
    header: REVIEW.review,
    cell: (row) => (
      <>
        <span className="mono soft">{row.number}</span> {row.subject.name}
      </>
    ),
  },
  {
    key: 'subject',
    header: REVIEW.subject,
    cell: (row) => <RefLink record={row.subject} show="number" />,
  },
  { key: 'why', header: REVIEW.why, cell: (row) => REVIEW.whys[row.why] ?? wordOf(row.why) },
  { key: 'state', header: REVIEW.state, cell: (row) => <StatePill word={row.state} /> },
  {
    key: 'actions',
    header: REVIEW.actionsOpen,
    right: true,
    wideOnly: true,
    cell: (row) => row.actions_open || '–',
  },
  {
    key: 'due',
    header: REVIEW.due,
    sort: 'due_on',
    wideOnly: true,
    cell: (row) => (row.due_on ? dayOn(row.due_on) : '–'),
  },
  {
    key: 'opened',
    header: REVIEW.opened,
    sort: 'opened_at',
    cell: (row) => <Time at={row.opened_at} />,
  },
];

const FILTERS = ['state', 'kind'];

export default function ReviewsPage() {
  const [address, change] = useAddress();
  const pages = useReviews(listQuery(address, FILTERS));
  const filtered = FILTERS.some((name) => address[name]);
  return (
    <Page
      wide
      title={REVIEW.list}
      meta={<span>{REVIEW.meta}</span>}
      tools={<Link to={paths.reviewActions}>{REVIEW.allActions}</Link>}
    >
      <FilterBar
        address={address}
        onChange={change}
        sorts={{ columns: COLUMNS, sortedBy: '-opened_at' }}
        filters={[
          { key: 'state', label: REVIEW.state, options: ['open', 'completed'] },
          { key: 'kind', label: REVIEW.kind, options: ['release', 'change'] },
        ]}
      />
      <Section flush>
        <DataTable
          label={REVIEW.list}
          columns={COLUMNS}
          pages={pages}
          sort={address.sort}
          sortedBy="-opened_at"
          onSort={(sort) => change({ sort })}
          rowKey={(row) => row.number}
          rowLink={(row) => paths.review(row.number)}
          empty={
            <ListEmpty
              icon="reviews"
              words={REVIEW}
              filtered={filtered}
              onClear={() => change(unfiltered(address))}
            />
          }
        />
      </Section>
    </Page>
  );
}
