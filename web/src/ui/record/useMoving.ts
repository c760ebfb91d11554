// Moving a record from a page: what was done is said with the way back, what was refused with why.
import { notifications } from '@mantine/notifications';
import { windowText } from '@/lib/dates';
import { inZone } from '@/lib/inZone';
import { useMove, type Move } from '@/lib/move';
import type { Problem } from '@/lib/problem';
import type { Window } from '@/lib/schema';
import { useZone } from '@/lib/session';
import { errorText } from '../errorText';
import { say } from '../say';
import { sayUndo } from '../sayUndo';
import { sentence } from '../texts';
import { RECORD } from './texts';

const REFUSED_MS = 15_000;

export function useMoving() {
  const zone = useZone();
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
  const back = useMove(({ number }) => say(RECORD.movedBack(number)), refuse);
  const there = useMove(({ number, to, from }) => {
    const words = RECORD.moved(number, windowText(to, zone));
    if (from) sayUndo(words, () => back.mutate({ number, to: from }));
    else say(words);
  }, refuse);
  const move = (number: string, to: Window) => there.mutate({ number, to });
  return { move, busy: there.isPending || back.isPending };
}
