// Boards and their meetings: what comes next, what was decided.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { paths } from '@/app/paths';
import { useGo } from '@/lib/address';
import { clock } from '@/lib/dates';
import { say } from '@/ui/say';
import { DataTable, type Column } from '@/ui/DataTable';
import { InLog } from '@/ui/InLog';
import { Link } from '@/ui/Link';
import { Page, Section, Stack } from '@/ui/Page';
import { repeatsWords } from '@/ui/ruleTexts';
import { EmptyState, ErrorState, RowsSkeleton } from '@/ui/States';
import { StatePill } from '@/ui/StatePill';
import { Time, WindowTime } from '@/ui/Time';
import { wordOf } from '@/ui/texts';
import { useOffer } from '@/ui/offer';
import { BoardDialog } from '../components/BoardDialog';
import { CallDialog } from '../components/CallDialog';
import classes from '../components/cab.module.css';
import { useBoards, useMeetings, type Board, type MeetingRow } from '../queries';
import { CAB } from '../texts';

const words = CAB.columns;

const COLUMNS: Column<MeetingRow>[] = [
  {
    key: 'number',
    header: words.number,
    cell: (row) => (
      <>
        <span className="mono">{row.number}</span> {row.board.name}
      </>
    ),
  },
  { key: 'state', header: words.state, cell: (row) => <StatePill word={row.state} /> },
  { key: 'window', header: words.window, cell: (row) => <WindowTime window={row.window} /> },
  {
    key: 'cut-off',
    header: words.cutOff,
    wideOnly: true,
    cell: (row) => <Time at={row.cut_off} />,
  },
  {
    key: 'items',
    header: words.items,
    cell: (row) => (typeof row.items === 'number' ? CAB.items(row.items) : CAB.growing),
  },
];

type Open = { dialog: 'board'; board?: Board } | { dialog: 'call' } | undefined;

export default function CabPage() {
  const go = useGo();
  const boards = useBoards();
  const meetings = useMeetings();
  const [open, setOpen] = useState<Open>();
  const call = useOffer('cab.write', CAB.call, () => setOpen({ dialog: 'call' }));
  const create = useOffer('cab.write', CAB.newBoard, () => setOpen({ dialog: 'board' }));
  const done = () => {
    setOpen(undefined);
    say(CAB.saved);
  };
  const error = boards.error ?? meetings.error;
  const none = boards.rows?.length === 0;
  return (
    <Page
      title={CAB.title}
      primary={none ? create : call}
      others={none ? [] : [{ ...create, name: 'board' }]}
    >
      {error ? (
        <ErrorState error={error} retry={boards.retry} />
      ) : !boards.rows || !meetings.rows ? (
        <RowsSkeleton />
      ) : none ? (
        <EmptyState
          icon="teams"
          title={CAB.emptyTitle}
          example={CAB.example}
          action={create.allowed ? { label: CAB.newBoard, run: create.run } : undefined}
        >
          <p>{CAB.empty}</p>
        </EmptyState>
      ) : (
        <Stack>
          <div className={classes.cards}>
            {boards.rows.map((board) => (
              <BoardCard
                key={board.id}
                board={board}
                onEdit={create.allowed ? () => setOpen({ dialog: 'board', board }) : undefined}
              />
            ))}
          </div>
          <Section title={CAB.meetings} flush>
            <DataTable
              label={CAB.meetings}
              columns={COLUMNS}
              pages={meetings}
              rowKey={(row) => row.number}
              rowLink={(row) => paths.meeting(row.number)}
              empty={
                <EmptyState icon="calendar" title={CAB.noMeetings}>
                  <p>{CAB.noMeetingsHelp}</p>
                </EmptyState>
              }
            />
          </Section>
        </Stack>
      )}
      {open?.dialog === 'board' && (
        <BoardDialog board={open.board} onClose={() => setOpen(undefined)} onDone={done} />
      )}
      {open?.dialog === 'call' && (
        <CallDialog
          boards={boards.rows ?? []}
          onClose={() => setOpen(undefined)}
          onDone={(meeting) => go(paths.meeting(meeting))}
        />
      )}
    </Page>
  );
}

/** When a board meets, in its own zone: it holds at the same time on that wall clock. */
function Meets({ schedule }: { schedule: NonNullable<Board['schedule']> }) {
  const { window, repeats } = schedule;
  const zone = window.zone ?? 'UTC';
  const words = repeatsWords(repeats, window) ?? repeats;
  const except = schedule.except ?? [];
  const also = schedule.also ?? [];
  return (
    <>
      {CAB.when(words, clock(window.start, zone), zone)}
      {except.length > 0 && <div className="soft">{CAB.except(except.join(', '))}</div>}
      {also.length > 0 && <div className="soft">{CAB.also(also.join(', '))}</div>}
    </>
  );
}

function BoardCard({ board, onEdit }: { board: Board; onEdit?: () => void }) {
  const schedule = board.schedule;
  return (
    <Section
      title={board.name}
      aside={
        <>
          <InLog to={paths.inLog(board.id)} of={board.name} />
          {onEdit && (
            <Button
              size="compact-sm"
              variant="default"
              onClick={onEdit}
              aria-label={`${CAB.edit} ${board.name}`}
            >
              {CAB.edit}
            </Button>
          )}
        </>
      }
    >
      <dl className={classes.facts}>
        <div>
          <dt>{CAB.next}</dt>
          <dd>
            {board.next ? (
              <Link to={paths.meeting(board.next.number ?? board.next.id)}>
                {board.next.number}
              </Link>
            ) : (
              '–'
            )}
          </dd>
        </div>
        <div>
          <dt>{CAB.chair}</dt>
          <dd>{board.chair?.name ?? CAB.noChair}</dd>
        </div>
        <div>
          <dt>{CAB.meets}</dt>
          <dd>{schedule ? <Meets schedule={schedule} /> : CAB.onCall}</dd>
        </div>
        <div>
          <dt>{CAB.answersFor}</dt>
          <dd>{board.roles.map(wordOf).join(', ')}</dd>
        </div>
      </dl>
    </Section>
  );
}
