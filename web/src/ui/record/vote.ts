// How a vote is sent: it names the round and the hash of what the voter saw.
import type { Schema } from '@/lib/schema';
import type { Verb } from '@/lib/verb';

export type Answer = 'approve' | 'reject' | 'abstain';

export const ANSWERS: Answer[] = ['approve', 'reject', 'abstain'];

export function openRound(rounds: Schema<'Round'>[]): Schema<'Round'> | undefined {
  return rounds.find((round) => round.state === 'open');
}

export function castVote(verb: Verb, answer: Answer, round: Schema<'Round'>, reason?: string) {
  const body: Schema<'Vote'> = {
    round: round.number,
    content_hash: round.content_hash,
    ...(reason ? { reason } : {}),
  };
  // Bound by round and hash: a comment written meanwhile must not turn the vote away.
  verb.run(answer, body, false);
}
