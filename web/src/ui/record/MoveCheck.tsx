// What moving a record would do beside colliding: which releases would have to begin later, and which
// votes would be void. Asked of the server while one types or drags; nothing is moved.
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { previewMove, type MoveEffect } from '@/lib/move';
import type { Window } from '@/lib/schema';
import { RefLink } from '../RefLink';
import { Time } from '../Time';
import { RECORD } from './texts';
import classes from './record.module.css';

const TYPING_MS = 350;

/** The effect of the window that has settled. */
export function useMoveEffect(number: string | undefined, window: Window | null | undefined) {
  const [settled] = useDebouncedValue(JSON.stringify({ number, window }), TYPING_MS);
  const asked = JSON.parse(settled) as { number?: string; window?: Window | null };
  return useQuery({
    queryKey: ['schedule/preview', settled],
    enabled: Boolean(asked.number && asked.window),
    queryFn: () => previewMove(asked.number!, asked.window!),
  });
}

export function MoveCheck({ number, window }: { number: string; window: Window | null }) {
  const effect = useMoveEffect(number, window);
  return effect.data && costs(effect.data) ? (
    <section aria-label={RECORD.moveEffect} aria-live="polite" className={classes.check}>
      <EffectText effect={effect.data} />
    </section>
  ) : null;
}

/** Whether a move does anything to others, or to the approval. */
export function costs(effect: MoveEffect): boolean {
  return effect.votes_voided > 0 || (effect.slips ?? []).length > 0;
}

export function EffectText({ effect }: { effect: MoveEffect }) {
  const slips = effect.slips ?? [];
  return (
    <>
      {effect.votes_voided > 0 && <p>{RECORD.votesVoided(effect.votes_voided)}</p>}
      {slips.length > 0 && <p>{RECORD.slips}:</p>}
      {slips.length > 0 && (
        <ul>
          {slips.map((slip) => (
            <li key={slip.release.id}>
              <RefLink record={slip.release} />: <Time at={slip.from.start} show="full" /> →{' '}
              <Time at={slip.to.start} show="full" />, {RECORD.slipAfter}{' '}
              <RefLink record={slip.because} show="number" />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
