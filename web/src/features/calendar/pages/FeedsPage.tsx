// Calendar feeds of the reader, and the calendars that are kept elsewhere.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { usePages } from '@/lib/pages';
import { DataTable, type Column } from '@/ui/DataTable';
import { useOffer } from '@/ui/offer';
import { Page, Section } from '@/ui/Page';
import { say } from '@/ui/say';
import { EmptyState } from '@/ui/States';
import { wordOf } from '@/ui/texts';
import { Time } from '@/ui/Time';
import {
  ReadFileDialog,
  RemoveExternal,
  SkippedDialog,
  type ExternalCalendar,
  type ExternalRead,
} from '../components/ExternalDialogs';
import { FeedAddress, NewFeedDialog, RevokeFeed, type Feed } from '../components/FeedDialogs';
import { external, feeds } from '../feedTexts';

type Open =
  | { kind: 'new' | 'read' }
  | { kind: 'address' | 'revoke'; feed: Feed }
  | { kind: 'skipped'; read: ExternalRead }
  | { kind: 'remove'; calendar: ExternalCalendar };

export default function FeedsPage() {
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const done = (message: string) => () => {
    close();
    say(message);
  };
  const startNew = () => setOpen({ kind: 'new' });
  return (
    <Page
      title={feeds.title}
      meta={feeds.help}
      primary={{ name: 'new', label: feeds.new, allowed: true, run: startNew }}
    >
      <Section title={feeds.section} flush>
        <Feeds open={setOpen} />
      </Section>
      <External open={setOpen} />
      {open?.kind === 'new' && (
        <NewFeedDialog onClose={close} onDone={(feed) => setOpen({ kind: 'address', feed })} />
      )}
      {open?.kind === 'address' && <FeedAddress feed={open.feed} onClose={close} />}
      {open?.kind === 'revoke' && (
        <RevokeFeed feed={open.feed} onClose={close} onDone={done(feeds.revoked)} />
      )}
      {open?.kind === 'read' && (
        <ReadFileDialog
          onClose={close}
          onDone={(read) => {
            say(external.done(read.entries));
            setOpen(read.skipped.length > 0 ? { kind: 'skipped', read } : undefined);
          }}
        />
      )}
      {open?.kind === 'skipped' && <SkippedDialog read={open.read} onClose={close} />}
      {open?.kind === 'remove' && (
        <RemoveExternal calendar={open.calendar} onClose={close} onDone={done(external.removed)} />
      )}
    </Page>
  );
}

interface PartProps {
  open: (open: Open) => void;
}

function Feeds({ open }: PartProps) {
  const pages = usePages<Feed>('/feeds');
  const columns: Column<Feed>[] = [
    { key: 'name', header: feeds.columns.name, cell: (row) => <strong>{row.name}</strong> },
    { key: 'shows', header: feeds.columns.shows, cell: showsOf },
    {
      key: 'do',
      header: feeds.columns.do,
      right: true,
      cell: (row) => (
        <Button
          size="compact-sm"
          variant="default"
          aria-label={feeds.revokeTitle(row.name)}
          onClick={() => open({ kind: 'revoke', feed: row })}
        >
          {feeds.revoke}
        </Button>
      ),
    },
  ];
  return (
    <DataTable
      label={feeds.label}
      columns={columns}
      pages={pages}
      rowKey={(row) => row.id}
      empty={
        <EmptyState
          icon="calendar"
          title={feeds.emptyTitle}
          action={{ label: feeds.new, run: () => open({ kind: 'new' }) }}
          example={feeds.example}
        >
          <p>{feeds.empty}</p>
        </EmptyState>
      }
    />
  );
}

/** What a feed is narrowed down to, in words. */
function showsOf(feed: Feed): string {
  const parts = [
    feed.board && feeds.meetings(feed.board.name),
    feed.kind && feeds.kinds[feed.kind],
    feed.service?.name,
    feed.team?.name,
    feed.environment && wordOf(feed.environment),
  ].filter(Boolean);
  return parts.join(', ') || feeds.everything;
}

function External({ open }: PartProps) {
  const pages = usePages<ExternalCalendar>('/calendar/external');
  const offer = useOffer('calendar.write', external.new, () => open({ kind: 'read' }));
  const refused = offer.refusal?.detail;
  const columns: Column<ExternalCalendar>[] = [
    { key: 'name', header: external.columns.name, cell: (row) => <strong>{row.name}</strong> },
    { key: 'entries', header: external.columns.entries, right: true, cell: (row) => row.entries },
    { key: 'read', header: external.columns.read, cell: (row) => <Time at={row.read_at} /> },
    {
      key: 'do',
      header: external.columns.do,
      right: true,
      cell: (row) => (
        <Button
          size="compact-sm"
          variant="default"
          disabled={refused !== undefined}
          title={refused}
          aria-label={external.removeTitle(row.name)}
          onClick={() => open({ kind: 'remove', calendar: row })}
        >
          {external.remove}
        </Button>
      ),
    },
  ];
  return (
    <Section
      title={external.section}
      flush
      aside={
        <Button
          size="compact-sm"
          variant="default"
          disabled={refused !== undefined}
          title={refused}
          onClick={() => open({ kind: 'read' })}
        >
          {external.new}
        </Button>
      }
    >
      <DataTable
        label={external.label}
        columns={columns}
        pages={pages}
        rowKey={(row) => row.id}
        empty={
          <EmptyState icon="calendar" title={external.emptyTitle} example={external.example}>
            <p>{external.help}</p>
            <p>{external.empty}</p>
          </EmptyState>
        }
      />
    </Section>
  );
}
