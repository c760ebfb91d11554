// Moving the window of a change or release by its ordinary verbs: a committed one is scheduled
// anew, a planned one is edited, each bound to the version that is there now.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { get, send } from './client';
import { asProblem, type Problem } from './problem';
import type { Page, Refusal, Schema, Window, Written } from './schema';

export interface Move {
  /** `CHG-1042`, `REL-17`. */
  number: string;
  to: Window;
  /** How many votes it costs, as was said before. */
  voided?: number;
}

/** What a move would do. */
export interface MoveEffect {
  refusal?: Refusal | null;
  votes_voided: number;
  /** The releases that would have to begin later. */
  slips?: Schema<'Slip'>[];
}

export interface Moved extends Move {
  /** Where it was, to move it back. */
  from: Window | undefined;
}

interface Movable {
  version: number;
  phase: string;
  window?: Window | null;
  /** A release says so; a change is in the phase of that name. */
  scheduled?: boolean;
}

function pathOf(number: string): string {
  const list = /^rel/i.test(number) ? '/releases' : '/changes';
  return `${list}/${encodeURIComponent(number)}`;
}

/** Asks what a move would do. Nothing is saved. */
export async function previewMove(number: string, to: Window): Promise<MoveEffect> {
  const path = `${pathOf(number)}/schedule/preview`;
  const answer = await send<{ effect: MoveEffect }>('POST', path, { window: to });
  return answer.effect;
}

export interface Outlook {
  effect: MoveEffect;
  /** The window is committed: others plan with it. */
  committed: boolean;
  /** What it would collide with there and does not now. */
  collisions: Schema<'Conflict'>[];
}

const CONFLICTS_MAX = 200;

/** All that is worth knowing before a record is moved. */
export async function lookAhead(number: string, to: Window): Promise<Outlook> {
  const [effect, record, there, now] = await Promise.all([
    previewMove(number, to),
    get<Movable>(pathOf(number)),
    send<Schema<'Checked'>>('POST', '/conflicts/check', { subject: number, window: to }),
    get<Page<Schema<'Conflict'>>>('/conflicts', { subject: number, limit: CONFLICTS_MAX }),
  ]);
  const known = new Set(now.items.filter((each) => each.state !== 'resolved').map(keyOf));
  const collisions = there.conflicts.filter((each) => !each.exempt && !known.has(keyOf(each)));
  return { effect, committed: isCommitted(record), collisions };
}

function keyOf(conflict: Schema<'Conflict'>): string {
  return `${conflict.kind} ${conflict.severity} ${conflict.with.id}`;
}

function isCommitted(record: Movable): boolean {
  return record.scheduled ?? record.phase === 'scheduled';
}

/** Moves it. */
export async function move({ number, to, voided }: Move): Promise<Moved> {
  const path = pathOf(number);
  const record = await get<Movable>(path);
  const { version } = record;
  if (isCommitted(record))
    await send<Written>('POST', `${path}/schedule`, { window: to }, { version });
  else await send<Written>('PATCH', path, { window: to }, { version });
  return { number, to, voided, from: record.window ?? undefined };
}

export function useMove(
  onDone: (moved: Moved) => void,
  onRefused: (problem: Problem, move: Move) => void,
) {
  const queries = useQueryClient();
  return useMutation<Moved, Error, Move>({
    mutationFn: move,
    onSuccess: async (moved) => {
      await queries.invalidateQueries();
      onDone(moved);
    },
    onError: (error, wanted) => onRefused(asProblem(error), wanted),
  });
}
