// The runners: which are heard, what each may do, and how to take one out of work.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { usePages } from '@/lib/pages';
import type { Schema } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { DataTable, type Column } from '@/ui/DataTable';
import { ReasonDialog } from '@/ui/Dialog';
import { useOffer } from '@/ui/offer';
import { Page, Section } from '@/ui/Page';
import { say } from '@/ui/say';
import { StatePill } from '@/ui/StatePill';
import { EmptyState } from '@/ui/States';
import { Time } from '@/ui/Time';
import { texts } from '../texts';

type Runner = Schema<'Runner'>;
type State = keyof typeof texts.words;

function columnsWith(refused: string | undefined, revoke: (row: Runner) => void): Column<Runner>[] {
  const words = texts.columns;
  return [
    { key: 'name', header: words.name, cell: (row) => <strong>{row.name}</strong> },
    {
      key: 'state',
      header: words.state,
      cell: ({ state }) => (
        <StatePill
          word={state}
          label={texts.words[state as State]}
          tone={texts.tones[state as State]}
        />
      ),
    },
    { key: 'seen', header: words.seen, cell: (row) => <Time at={row.seen_at ?? undefined} /> },
    { key: 'labels', header: words.labels, cell: (row) => row.labels.join(', ') },
    {
      key: 'commands',
      header: words.commands,
      cell: (row) => row.commands.map((command) => command.name).join(', '),
    },
    {
      key: 'do',
      header: words.do,
      right: true,
      cell: (row) =>
        row.state !== 'revoked' && (
          <Button
            size="compact-sm"
            variant="default"
            disabled={refused !== undefined}
            title={refused}
            aria-label={texts.revokeTitle(row.name)}
            onClick={() => revoke(row)}
          >
            {texts.revoke}
          </Button>
        ),
    },
  ];
}

export default function RunnersPage() {
  const pages = usePages<Runner>('/runners');
  const [open, setOpen] = useState<Runner>();
  const offer = useOffer('runner.write', texts.revoke, () => undefined);
  return (
    <Page title={texts.title} meta={texts.help}>
      <Section flush>
        <DataTable
          label={texts.label}
          columns={columnsWith(offer.refusal?.detail, setOpen)}
          pages={pages}
          rowKey={(row) => row.id}
          empty={
            <EmptyState icon="deployments" title={texts.emptyTitle} example={texts.example}>
              <p>{texts.empty}</p>
            </EmptyState>
          }
        />
      </Section>
      {open && <Revoke row={open} onClose={() => setOpen(undefined)} />}
    </Page>
  );
}

function Revoke({ row, onClose }: { row: Runner; onClose: () => void }) {
  const write = useWrite(() => {
    say(texts.revoked(row.name));
    onClose();
  });
  const path = `/runners/${encodeURIComponent(row.name)}/revoke`;
  return (
    <ReasonDialog
      title={texts.revokeTitle(row.name)}
      submit={texts.revoke}
      label={texts.reason}
      required
      danger
      busy={write.isPending}
      problem={write.error}
      onClose={onClose}
      onSubmit={(reason) => write.mutate({ path, body: { reason } })}
    >
      <p>{texts.revokeHelp}</p>
    </ReasonDialog>
  );
}
