// The action items of all reviews: whose, by when, and which are late.
import { paths } from '@/app/paths';
import { unfiltered, useAddress } from '@/lib/address';
import { dayOn } from '@/lib/dates';
import { DataTable, type Column } from '@/ui/DataTable';
import { FilterBar } from '@/ui/FilterBar';
import { Page, Section } from '@/ui/Page';
import { RefLink } from '@/ui/RefLink';
import { ListEmpty } from '@/ui/States';
import { StatePill } from '@/ui/StatePill';
import { useActions, type ActionRow } from '../queries';
import { REVIEW } from '../texts';

const COLUMNS: Column<ActionRow>[] = [
  { key: 'title', header: REVIEW.actionTitle, width: '40%', cell: (row) => row.title },
  { key: 'owner', header: REVIEW.actionOwner, cell: (row) => row.owner?.name ?? '–' },
  { key: 'due', header: REVIEW.actionDue, cell: (row) => (row.due_on ? dayOn(row.due_on) : '–') },
  { key: 'state', header: REVIEW.state, cell: (row) => <StatePill word={stateOf(row)} /> },
  {
    key: 'review',
    header: REVIEW.ofReview,
    wideOnly: true,
    cell: (row) => (
      <>
        <RefLink record={row.review} show="number" />{' '}
        <span className="soft">{row.subject.name}</span>
      </>
    ),
  },
];

function stateOf(row: ActionRow): string {
  if (row.done) return 'done';
  return row.overdue ? 'overdue' : 'open';
}

export default function ActionsPage() {
  const [address, change] = useAddress();
  const { owner, state } = address;
  const pages = useActions({ owner, state });
  return (
    <Page
      wide
      title={REVIEW.allActions}
      back={{ to: paths.reviews, label: REVIEW.list }}
      meta={<span>{REVIEW.allActionsMeta}</span>}
    >
      <FilterBar
        address={address}
        onChange={change}
        filters={[
          { key: 'state', label: REVIEW.state, options: ['open', 'overdue', 'done'] },
          {
            key: 'owner',
            label: REVIEW.actionOwner,
            options: [{ value: 'me', label: REVIEW.mineOnly }],
          },
        ]}
      />
      <Section flush>
        <DataTable
          label={REVIEW.allActions}
          columns={COLUMNS}
          pages={pages}
          rowKey={(row) => `${row.review.id}:${row.item}`}
          rowLink={(row) => paths.review(row.review.number ?? row.review.id)}
          empty={
            <ListEmpty
              icon="reviews"
              words={{
                emptyTitle: REVIEW.noneOpen,
                empty: REVIEW.noneOpenHelp,
                noMatch: REVIEW.noAction,
              }}
              filtered={Boolean(owner || state)}
              onClear={() => change(unfiltered(address))}
            />
          }
        />
      </Section>
    </Page>
  );
}
