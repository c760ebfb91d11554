// How a vote is sent: it names the round and the hash of what the voter saw.
import type { Schema } from '@/lib/schema';
import type { Verb } from '@/lib/verb';

export type Answer = 'approve' | 'reject' | 'abstain';

export const ANSWERS: Answer[] = ['approve', 'reject', 'abstain'];

export function openRound(rounds: Schema<'Round'>[]): Schema<'Round'> | undefined {
  return rounds.find((round) => round.state === 'open');
}

/** What is said with a vote. */
export interface Said {
  reason?: string;
  condition?: Schema<'NewCondition'>;
}

/** The conditions of a record's approval that stand open. */
export function openConditions(rounds: Schema<'Round'>[]): Schema<'CastVote'>[] {
  const groups = rounds[0]?.stages.flatMap((stage) => stage.groups) ?? [];
  return groups.flatMap((group) => group.votes.filter((vote) => vote.condition?.open));
}

export function castVote(verb: Verb, answer: Answer, round: Schema<'Round'>, said: Said) {
  const body: Schema<'Vote'> = {
    round: round.number,
    content_hash: round.content_hash,
    ...(said.reason ? { reason: said.reason } : {}),
    ...(said.condition ? { condition: said.condition } : {}),
  };
  // Bound by round and hash: a comment written meanwhile must not turn the vote away.
  verb.run(answer, body, false);
}
