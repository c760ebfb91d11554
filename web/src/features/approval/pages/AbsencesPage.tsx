// Who is absent, and who votes in their place: one's own deputy, and those one stands in for.
import { Button, Switch } from '@mantine/core';
import { useState } from 'react';
import { useAddress } from '@/lib/address';
import { DataTable, type Column } from '@/ui/DataTable';
import { useOffer } from '@/ui/offer';
import { Page, Section } from '@/ui/Page';
import { say } from '@/ui/say';
import { StatePill } from '@/ui/StatePill';
import { EmptyState } from '@/ui/States';
import { Time } from '@/ui/Time';
import { NewDelegationDialog, RevokeDialog } from '../components/DelegationDialogs';
import { useDelegations, type Delegation } from '../queries';
import { ABSENCES } from '../texts';

type Open = { kind: 'new' } | { kind: 'revoke'; delegation: Delegation };

const TONES = { in_force: 'clear', to_come: 'waiting', over: 'faint', revoked: 'faint' } as const;

function columnsWith(open: (open: Open) => void): Column<Delegation>[] {
  const { columns } = ABSENCES;
  return [
    { key: 'person', header: columns.person, cell: (row) => <strong>{row.person.name}</strong> },
    { key: 'deputy', header: columns.deputy, cell: (row) => row.deputy.name },
    {
      key: 'from',
      header: columns.from,
      cell: (row) => (row.from ? <Time at={row.from} /> : ABSENCES.atOnce),
    },
    {
      key: 'until',
      header: columns.until,
      cell: (row) => (row.until ? <Time at={row.until} /> : ABSENCES.noEnd),
    },
    { key: 'reason', header: columns.reason, width: '26%', cell: (row) => row.reason },
    {
      key: 'state',
      header: columns.state,
      cell: (row) => (
        <StatePill
          word={row.state}
          label={ABSENCES.states[row.state as keyof typeof TONES]}
          tone={TONES[row.state as keyof typeof TONES]}
        />
      ),
    },
    {
      key: 'do',
      header: ABSENCES.doColumn,
      right: true,
      cell: (row) =>
        row.revocable && (
          <Button
            size="compact-sm"
            variant="default"
            aria-label={ABSENCES.revokeTitle(row.person.name)}
            onClick={() => open({ kind: 'revoke', delegation: row })}
          >
            {ABSENCES.revoke}
          </Button>
        ),
    },
  ];
}

export default function AbsencesPage() {
  const [address, change] = useAddress();
  const all = address.state === 'all';
  const pages = useDelegations(all ? 'all' : 'live');
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const startNew = () => setOpen({ kind: 'new' });
  const votes = useOffer('approve', ABSENCES.new, startNew);
  const keeps = useOffer('identity.write', ABSENCES.new, startNew);
  const offer = keeps.allowed ? keeps : votes;
  const done = (text: string) => () => {
    close();
    say(text);
  };
  return (
    <Page title={ABSENCES.title} meta={ABSENCES.help} primary={offer}>
      <Switch
        size="sm"
        mb={12}
        label={ABSENCES.all}
        checked={all}
        onChange={(event) => change({ state: event.currentTarget.checked ? 'all' : undefined })}
      />
      <Section flush>
        <DataTable
          label={ABSENCES.title}
          columns={columnsWith(setOpen)}
          pages={pages}
          rowKey={(row) => row.id}
          empty={
            <EmptyState
              icon="approvals"
              title={ABSENCES.emptyTitle}
              action={offer.allowed ? offer : undefined}
              example={ABSENCES.example}
            >
              <p>{ABSENCES.empty}</p>
            </EmptyState>
          }
        />
      </Section>
      {open?.kind === 'new' && (
        <NewDelegationDialog onClose={close} onDone={done(ABSENCES.named)} />
      )}
      {open?.kind === 'revoke' && (
        <RevokeDialog
          delegation={open.delegation}
          onClose={close}
          onDone={done(ABSENCES.revoked)}
        />
      )}
    </Page>
  );
}
