// Attaching changes to a release, several at a time: those that can travel are offered, those that
// cannot say why. Each is a write of its own, so that one refusal leaves the others be.
import { Checkbox, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { paths } from '@/app/paths';
import { get, send } from '@/lib/client';
import { asProblem } from '@/lib/problem';
import type { Page, Schema, Written } from '@/lib/schema';
import { Dialog } from '@/ui/Dialog';
import { Icon } from '@/ui/icons';
import { OutcomeList, type NamedOutcome } from '@/ui/record/OutcomeList';
import { say } from '@/ui/say';
import { ErrorState, RowsSkeleton } from '@/ui/States';
import { StatePill } from '@/ui/StatePill';
import { wordOf } from '@/ui/texts';
import { WindowTime } from '@/ui/Time';
import { JOINING } from '@/ui/record/joining';
import { releasePath, type Release } from '../queries';
import { SCOPE } from '../texts';
import classes from './AttachDialog.module.css';

type Row = Schema<'ChangeRow'>;

const FOUND_MAX = 25;
const TYPING_MS = 250;

export function AttachDialog({ release, onClose }: { release: Release; onClose: () => void }) {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<Row[]>([]);
  const [words] = useDebouncedValue(text.trim(), TYPING_MS);
  const found = useOffered(words);
  const attach = useAttach(release, (outcomes) => {
    if (outcomes.every((each) => !each.refusal)) {
      say(SCOPE.attached(outcomes.length));
      onClose();
    }
    setChosen([]);
  });
  const flip = (row: Row) =>
    setChosen((old) =>
      old.some((each) => each.id === row.id)
        ? old.filter((each) => each.id !== row.id)
        : [...old, row],
    );
  const rows = found.data?.filter((row) => row.release?.id !== release.id) ?? [];
  // What was chosen stays in sight, whatever is looked for next.
  const beside = chosen.filter((row) => !rows.some((each) => each.id === row.id));
  return (
    <Dialog
      wide
      title={SCOPE.attachTitle}
      submit={SCOPE.attachSubmit(chosen.length)}
      onClose={onClose}
      onSubmit={() => attach.mutate(chosen)}
      busy={attach.isPending}
      problem={attach.error}
      disabled={chosen.length === 0}
    >
      <p className="soft">{SCOPE.attachHelp}</p>
      {attach.data && <OutcomeList outcomes={attach.data} to={paths.change} />}
      <TextInput
        data-autofocus
        type="search"
        aria-label={SCOPE.attachSearch}
        placeholder={SCOPE.attachSearch}
        leftSection={<Icon name="search" size={14} />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <div className={classes.list} role="group" aria-label={SCOPE.attachPick}>
        {found.error ? (
          <ErrorState error={found.error} retry={() => void found.refetch()} />
        ) : !found.data ? (
          <RowsSkeleton rows={5} />
        ) : (
          [...beside, ...rows].map((row) => (
            <Offered
              key={row.id}
              row={row}
              chosen={chosen.some((each) => each.id === row.id)}
              onFlip={() => flip(row)}
            />
          ))
        )}
        {found.data && rows.length + beside.length === 0 && (
          <p className={classes.none}>{words ? SCOPE.attachNone : SCOPE.attachEmpty}</p>
        )}
      </div>
    </Dialog>
  );
}

function Offered({ row, chosen, onFlip }: { row: Row; chosen: boolean; onFlip: () => void }) {
  const cannot = whyNot(row);
  return (
    <Checkbox
      className={classes.row}
      checked={chosen}
      disabled={cannot !== undefined}
      onChange={onFlip}
      label={
        <>
          <span className="mono soft">{row.number}</span> {row.title}
        </>
      }
      description={
        <span className={classes.facts}>
          <StatePill word={row.phase} />
          <span>{wordOf(row.type)}</span>
          {cannot ? <strong>{cannot}</strong> : <WindowTime window={row.window} />}
          {row.phase === 'scheduled' && !cannot && <strong>{SCOPE.losesWindow}</strong>}
        </span>
      }
    />
  );
}

/** What the list tells of a change that travels already, or whose work is under way or over. */
function whyNot(row: Row): string | undefined {
  if (row.release) return SCOPE.elsewhere(row.release.number ?? row.release.name);
  return JOINING.includes(row.phase) ? undefined : SCOPE.tooLate(wordOf(row.phase));
}

/** Those that wait for their work, and all that match once something is looked for. */
function useOffered(q: string) {
  return useQuery({
    queryKey: ['/changes', 'to attach', q],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const asked = q ? [{ q }] : JOINING.map((phase) => ({ phase }));
      const pages = await Promise.all(
        asked.map((query) => get<Page<Row>>('/changes', { ...query, limit: FOUND_MAX }, signal)),
      );
      const rows = pages.flatMap((page) => page.items);
      return rows.sort((a, b) => Number(!!whyNot(a)) - Number(!!whyNot(b)));
    },
  });
}

/** One write a change, each against the version that the one before it left. */
function useAttach(release: Release, onDone: (outcomes: NamedOutcome[]) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (rows: Row[]) => {
      let { version } = release;
      const outcomes: NamedOutcome[] = [];
      for (const { id, number, title } of rows) {
        const path = `${releasePath(release.number)}/changes/${id}`;
        try {
          version = (await send<Written>('PUT', path, undefined, { version })).version;
          outcomes.push({ number, title });
        } catch (error) {
          outcomes.push({ number, title, refusal: asProblem(error).refusal });
        }
      }
      await queries.invalidateQueries();
      return outcomes;
    },
    onSuccess: onDone,
  });
}
