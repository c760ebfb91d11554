// One page for all kinds of period: maintenance windows, blackouts and the others.
import { Button, HoverCard } from '@mantine/core';
import { useState } from 'react';
import { paths } from '@/app/paths';
import { clock, dayClock, windowText } from '@/lib/dates';
import { usePages } from '@/lib/pages';
import type { Schema } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { DataTable, type Column } from '@/ui/DataTable';
import { Dialog } from '@/ui/Dialog';
import { InLog } from '@/ui/InLog';
import { useOffer } from '@/ui/offer';
import { Page, Section } from '@/ui/Page';
import { None } from '@/ui/None';
import { say } from '@/ui/say';
import { repeatsWords } from '@/ui/ruleTexts';
import { EmptyState } from '@/ui/States';
import { wordOf } from '@/ui/texts';
import { useNow, WindowTime } from '@/ui/Time';
import type { BandWords } from '../bandTexts';
import { BandDialog } from './BandDialog';
import { NextTimes } from './BandPreview';
import classes from './BandPage.module.css';

type BandRecord = Schema<'BandRecord'>;
type Open = { kind: 'new' } | { kind: 'edit' | 'remove'; band: BandRecord };

interface Props {
  words: BandWords;
  /** Whether a reason has to be given, and is told in the list. */
  reasoned?: boolean;
}

export function BandPage({ words, reasoned = false }: Props) {
  const pages = usePages<BandRecord>(words.path);
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const startNew = () => setOpen({ kind: 'new' });
  const offer = useOffer('calendar.write', words.new, startNew);
  const done = (message: string) => () => {
    close();
    say(message);
  };
  return (
    <Page title={words.title} meta={words.help} primary={offer}>
      <Section flush>
        <DataTable
          label={words.label}
          columns={columnsOf({ words, reasoned, refused: offer.refusal?.detail, open: setOpen })}
          pages={pages}
          rowKey={(row) => row.id}
          empty={
            <EmptyState
              icon="calendar"
              title={words.emptyTitle}
              action={offer.allowed ? offer : undefined}
              example={words.example}
            >
              <p>{words.empty}</p>
            </EmptyState>
          }
        />
      </Section>
      {(open?.kind === 'new' || open?.kind === 'edit') && (
        <BandDialog
          words={words}
          reasoned={reasoned}
          band={open.kind === 'edit' ? open.band : undefined}
          onClose={close}
          onDone={done(words.saved)}
        />
      )}
      {open?.kind === 'remove' && (
        <RemoveDialog words={words} band={open.band} onClose={close} onDone={done(words.removed)} />
      )}
    </Page>
  );
}

interface ColumnsOf {
  words: BandWords;
  reasoned: boolean;
  /** Why they may not be edited; undefined when they may. */
  refused: string | undefined;
  open: (open: Open) => void;
}

function columnsOf({ words, reasoned, refused, open }: ColumnsOf): Column<BandRecord>[] {
  const heads = words.columns;
  return [
    {
      key: 'name',
      header: heads.name,
      cell: (row) => (
        <>
          <strong>{row.name}</strong>
          {reasoned && <p className={classes.reason}>{row.reason}</p>}
        </>
      ),
    },
    { key: 'when', header: heads.when, cell: (row) => <When band={row} /> },
    { key: 'repeats', header: heads.repeats, cell: (row) => <RepeatsText band={row} /> },
    {
      key: 'next',
      header: heads.next,
      wideOnly: true,
      cell: (row) => <NextTime band={row} words={words} />,
    },
    {
      key: 'services',
      header: heads.services,
      cell: (row) => {
        const names = row.services.map((service) => service.name).join(', ');
        return (
          <span className={classes.services} title={names}>
            {names || words.allServices}
          </span>
        );
      },
    },
    {
      key: 'environment',
      header: heads.environment,
      wideOnly: true,
      cell: (row) => (row.environment ? wordOf(row.environment) : words.all),
    },
    {
      key: 'do',
      header: heads.do,
      right: true,
      cell: (row) => (
        <span className={classes.rowTools}>
          <InLog to={paths.inLog(row.id)} of={row.name} />
          <Button
            size="compact-sm"
            variant="default"
            disabled={refused !== undefined}
            title={refused}
            aria-label={`${words.edit} ${row.name}`}
            onClick={() => open({ kind: 'edit', band: row })}
          >
            {words.edit}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            disabled={refused !== undefined}
            title={refused}
            aria-label={words.removeTitle(row.name)}
            onClick={() => open({ kind: 'remove', band: row })}
          >
            {words.remove}
          </Button>
        </span>
      ),
    },
  ];
}

/** What repeats is told in its own zone: it holds at the same time on that wall clock. */
function When({ band }: { band: BandRecord }) {
  const { window, repeats } = band;
  const zone = window.zone ?? 'UTC';
  if (repeats === 'none') return <WindowTime window={window} />;
  return (
    <span title={windowText(window, zone)}>
      {clock(window.start, zone)} – {clock(window.end, zone)}{' '}
      <span className="soft small">{zone}</span>
    </span>
  );
}

function RepeatsText({ band }: { band: BandRecord }) {
  return repeatsWords(band.repeats, band.window) ?? <code>{band.repeats}</code>;
}

/** The next time, or until when the present one lasts; a tip lists those after it. */
function NextTime({ band, words }: { band: BandRecord; words: BandWords }) {
  const now = useNow();
  const [first] = band.next;
  if (!first) return <None />;
  const zone = first.window.zone ?? 'UTC';
  const runs = new Date(first.window.start) <= now;
  const moves = band.next.some((each) => each.clock_moves !== 0);
  return (
    <HoverCard withinPortal openDelay={200}>
      <HoverCard.Target>
        <button type="button" className={classes.next}>
          {runs ? words.runs(dayClock(first.window.end, zone)) : dayClock(first.window.start, zone)}
          {moves && <span aria-hidden="true"> *</span>}
        </button>
      </HoverCard.Target>
      <HoverCard.Dropdown>
        <NextTimes next={band.next} />
      </HoverCard.Dropdown>
    </HoverCard>
  );
}

interface RemoveProps {
  words: BandWords;
  band: BandRecord;
  onClose: () => void;
  onDone: () => void;
}

function RemoveDialog({ words, band, onClose, onDone }: RemoveProps) {
  const write = useWrite(onDone);
  return (
    <Dialog
      danger
      title={words.removeTitle(band.name)}
      submit={words.remove}
      busy={write.isPending}
      problem={write.error}
      onClose={onClose}
      onSubmit={() =>
        write.mutate({
          method: 'DELETE',
          path: `${words.path}/${encodeURIComponent(band.id)}`,
          version: band.version,
        })
      }
    >
      <p>{words.removeHelp}</p>
    </Dialog>
  );
}
