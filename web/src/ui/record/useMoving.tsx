// Moving a record from a page. What it does to votes and to followers is said once before; what was
// done is said with the way back, what was refused with why.
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { windowText } from '@/lib/dates';
import { inZone } from '@/lib/inZone';
import { previewMove, useMove, type Move, type MoveEffect } from '@/lib/move';
import { asProblem, type Problem } from '@/lib/problem';
import type { Window } from '@/lib/schema';
import { useZone } from '@/lib/session';
import { Dialog } from '../Dialog';
import { errorText } from '../errorText';
import { say } from '../say';
import { sayUndo } from '../sayUndo';
import { sentence } from '../texts';
import { costs, EffectText } from './MoveCheck';
import { RECORD } from './texts';

const REFUSED_MS = 15_000;

export function useMoving() {
  const zone = useZone();
  const [asked, ask] = useState<{ move: Move; effect: MoveEffect }>();
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
    const words = RECORD.moved(number, windowText(to, zone));
    const undo = () => from && back.mutate({ number, to: from, voided });
    if (from && voided) sayUndo(`${words}. ${RECORD.approveAgain}`, undo, RECORD.moveBack);
    else if (from) sayUndo(words, undo);
    else say(words);
  }, refuse);
  const preview = useMutation<MoveEffect, Error, Move>({
    mutationFn: ({ number, to }) => previewMove(number, to),
    onSuccess: (effect, move) => {
      if (costs(effect)) ask({ move: { ...move, voided: effect.votes_voided }, effect });
      else there.mutate(move);
    },
    onError: (error, move) => refuse(asProblem(error), move),
  });
  const dialog = asked && (
    <Dialog
      title={RECORD.moveTitle(asked.move.number, windowText(asked.move.to, zone))}
      submit={RECORD.moveSubmit}
      onClose={() => ask(undefined)}
      onSubmit={() => {
        ask(undefined);
        there.mutate(asked.move);
      }}
    >
      <EffectText effect={asked.effect} />
    </Dialog>
  );
  return {
    move: (number: string, to: Window) => preview.mutate({ number, to }),
    busy: preview.isPending || there.isPending || back.isPending,
    dialog,
  };
}
