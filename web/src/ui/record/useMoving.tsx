// Moving a record from a page. A committed window, a new conflict, and what a move does to votes and
// to followers are asked about once before; what was done is said with the way back, what was refused with why.
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { windowInZone } from '@/lib/dates';
import { inZone } from '@/lib/inZone';
import { lookAhead, useMove, type Move, type Outlook } from '@/lib/move';
import { asProblem, type Problem } from '@/lib/problem';
import type { Window } from '@/lib/schema';
import { useZone } from '@/lib/session';
import { Dialog } from '../Dialog';
import { errorText } from '../errorText';
import { say } from '../say';
import { sayUndo } from '../sayUndo';
import { sentence } from '../texts';
import { ConflictLines } from './ConflictLines';
import { costs, EffectText } from './MoveCheck';
import { RECORD } from './texts';

const REFUSED_MS = 15_000;

export function useMoving() {
  const zone = useZone();
  const [asked, ask] = useState<{ move: Move; outlook: Outlook }>();
  const refuse = (problem: Problem, { number }: Move) =>
    notifications.show({
      title: RECORD.notMoved(number),
      message: inZone(
        [sentence(problem.message), ...problem.errors.map(errorText)].join(' '),
        zone,
      ),
      color: 'red',
      autoClose: REFUSED_MS,
      withBorder: true,
    });
  const back = useMove(
    ({ number, voided }) => say(voided ? RECORD.windowBack(number) : RECORD.movedBack(number)),
    refuse,
  );
  const there = useMove(({ number, to, from, voided }) => {
    const words = RECORD.moved(number, windowInZone(to, zone));
    const undo = () => from && back.mutate({ number, to: from, voided });
    if (from && voided) sayUndo(`${words}. ${RECORD.approveAgain}`, undo, RECORD.moveBack);
    else if (from) sayUndo(words, undo);
    else say(words);
  }, refuse);
  const preview = useMutation<Outlook, Error, Move>({
    mutationFn: ({ number, to }) => lookAhead(number, to),
    onSuccess: (outlook, move) => {
      const { effect, committed, collisions } = outlook;
      if (committed || collisions.length > 0 || costs(effect)) {
        ask({ move: { ...move, voided: effect.votes_voided }, outlook });
      } else there.mutate(move);
    },
    onError: (error, move) => refuse(asProblem(error), move),
  });
  const dialog = asked && (
    <Dialog
      title={RECORD.moveTitle(asked.move.number, windowInZone(asked.move.to, zone))}
      submit={RECORD.moveSubmit}
      onClose={() => ask(undefined)}
      onSubmit={() => {
        ask(undefined);
        there.mutate(asked.move);
      }}
    >
      {asked.outlook.committed && <p>{RECORD.moveCommitted}</p>}
      {asked.outlook.collisions.length > 0 && (
        <>
          <p>{RECORD.moveCollides}</p>
          <ConflictLines conflicts={asked.outlook.collisions} />
        </>
      )}
      <EffectText effect={asked.outlook.effect} />
    </Dialog>
  );
  return {
    move: (number: string, to: Window) => preview.mutate({ number, to }),
    busy: preview.isPending || there.isPending || back.isPending,
    dialog,
  };
}
