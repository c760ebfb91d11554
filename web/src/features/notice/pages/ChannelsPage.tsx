// The channels by which notices go out, each with a test message.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { usePages } from '@/lib/pages';
import type { Schema } from '@/lib/schema';
import { DataTable, type Column } from '@/ui/DataTable';
import { useOffer } from '@/ui/offer';
import { Page, Section } from '@/ui/Page';
import { say } from '@/ui/say';
import { StatePill } from '@/ui/StatePill';
import { EmptyState } from '@/ui/States';
import { ChannelDialog } from '../components/ChannelDialog';
import { TestDialog } from '../components/TestDialog';
import { audienceWord, CHANNELS } from '../texts';
import classes from './inbox.module.css';

type Channel = Schema<'Channel'>;

function columnsWith(
  edit: (row: Channel) => void,
  test: (row: Channel) => void,
): Column<Channel>[] {
  const words = CHANNELS.columns;
  return [
    {
      key: 'name',
      header: words.name,
      cell: (row) => (
        <>
          <strong>{row.name}</strong> {row.off && <StatePill word="off" label={CHANNELS.off} />}
        </>
      ),
    },
    {
      key: 'kind',
      header: words.kind,
      cell: ({ kind }) => CHANNELS.kinds.find((each) => each.value === kind)?.label,
    },
    {
      key: 'host',
      header: words.host,
      cell: ({ host, port }) => (port ? `${host}:${port}` : host),
    },
    {
      key: 'audience',
      header: words.audience,
      cell: ({ audience }) => audienceWord(audience) ?? CHANNELS.everyone,
    },
    { key: 'waiting', header: words.waiting, right: true, cell: ({ waiting }) => waiting },
    { key: 'dead', header: words.dead, right: true, cell: ({ dead }) => dead },
    {
      key: 'do',
      header: words.do,
      right: true,
      cell: (row) => (
        <span className={classes.actions}>
          <Button
            size="compact-sm"
            variant="default"
            aria-label={CHANNELS.testTitle(row.name)}
            onClick={() => test(row)}
          >
            {CHANNELS.test}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            aria-label={`${CHANNELS.edit} ${row.name}`}
            onClick={() => edit(row)}
          >
            {CHANNELS.edit}
          </Button>
        </span>
      ),
    },
  ];
}

export default function ChannelsPage() {
  const pages = usePages<Channel>('/channels');
  const [open, setOpen] = useState<Channel | 'new'>();
  const [tested, setTested] = useState<Channel>();
  const offer = useOffer('channel.write', CHANNELS.new, () => setOpen('new'));
  return (
    <Page title={CHANNELS.title} meta={CHANNELS.help} primary={offer}>
      <Section flush>
        <DataTable
          label={CHANNELS.label}
          columns={columnsWith(setOpen, setTested)}
          pages={pages}
          rowKey={(row) => row.id}
          empty={
            <EmptyState
              icon="bell"
              title={CHANNELS.emptyTitle}
              action={offer.allowed ? offer : undefined}
              example={CHANNELS.example}
            >
              <p>{CHANNELS.empty}</p>
            </EmptyState>
          }
        />
      </Section>
      {open && (
        <ChannelDialog
          channel={open === 'new' ? undefined : open}
          onClose={() => setOpen(undefined)}
          onDone={() => {
            setOpen(undefined);
            say(CHANNELS.saved);
          }}
        />
      )}
      {tested && <TestDialog channel={tested} onClose={() => setTested(undefined)} />}
    </Page>
  );
}
