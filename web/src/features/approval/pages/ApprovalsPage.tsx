// Decide on one page: the list left, the record right, everything by keys.
import { useEffect } from 'react';
import { useAddress } from '@/lib/address';
import { useKeys } from '@/lib/keys';
import { Link } from '@/ui/Link';
import { LinkTabs } from '@/ui/LinkTabs';
import { Page, Section } from '@/ui/Page';
import { EmptyState, ErrorState, RowsSkeleton } from '@/ui/States';
import { paths } from '@/app/paths';
import { LongerWindows } from '../components/LongerWindows';
import { ApprovalList } from '../components/ApprovalList';
import { SubjectPane } from '../components/SubjectPane';
import classes from '../components/approval.module.css';
import { useApprovals, type ApprovalRow } from '../queries';
import { APPROVAL } from '../texts';

export default function ApprovalsPage() {
  const [address, change] = useAddress();
  const state = address.state === 'decided' ? 'decided' : 'pending';
  const pages = useApprovals(state);
  // What is on hold asks nobody until it goes on, and heads no list.
  const rows = (pages.rows ?? []).toSorted((a, b) => Number(a.held) - Number(b.held));
  const at = rows.findIndex((row) => keyOf(row) === address.subject);
  const chosen = rows[at] ?? rows[0];
  const choose = (row: ApprovalRow | undefined) => row && change({ subject: keyOf(row) });
  const step = (by: number) =>
    choose(rows[Math.max(0, Math.min(rows.length - 1, Math.max(at, 0) + by))]);
  useKeys(APPROVAL.title, [
    { keys: 'j', label: APPROVAL.next, run: () => step(1) },
    { keys: 'k', label: APPROVAL.previous, run: () => step(-1) },
  ]);
  useEffect(() => {
    // A decided one has left the list: the address follows to the one that is shown.
    if (address.subject && at < 0 && pages.rows) change({ subject: undefined });
  }, [address.subject, at, pages.rows, change]);

  return (
    <Page wide title={APPROVAL.title} meta={<Link to={paths.absences}>{APPROVAL.absences}</Link>}>
      <LinkTabs
        label={APPROVAL.views}
        current={state}
        tabs={[
          { key: 'pending', label: APPROVAL.list, to: paths.approvals },
          { key: 'decided', label: APPROVAL.decided, to: `${paths.approvals}?state=decided` },
        ]}
      />
      {state === 'pending' && <LongerWindows />}
      {pages.error && <ErrorState error={pages.error} retry={pages.retry} />}
      {pages.loading && (
        <Section flush>
          <RowsSkeleton rows={6} />
        </Section>
      )}
      {pages.rows?.length === 0 && <Nothing state={state} />}
      {chosen && (
        <div className={classes.split} data-chosen={address.subject ? true : undefined}>
          <ApprovalList rows={rows} chosen={chosen} onChoose={choose} more={pages.more} />
          <SubjectPane
            key={keyOf(chosen)}
            row={chosen}
            onBack={() => change({ subject: undefined })}
          />
        </div>
      )}
    </Page>
  );
}

function Nothing({ state }: { state: 'pending' | 'decided' }) {
  const pending = state === 'pending';
  return (
    <Section flush>
      <EmptyState icon="approvals" title={pending ? APPROVAL.emptyTitle : APPROVAL.decidedTitle}>
        <p>{pending ? APPROVAL.empty : APPROVAL.decidedHelp}</p>
      </EmptyState>
    </Section>
  );
}

/** A record can wait for the same reader in two groups; the vote is one all the same. */
function keyOf(row: ApprovalRow): string {
  return `${row.subject.number ?? row.subject.id}.${row.round}.${row.group}`;
}
