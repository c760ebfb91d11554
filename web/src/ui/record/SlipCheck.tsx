// Which releases would have to begin later when a release moves, asked of the server while one
// types. Nothing is moved: they are told by a conflict once this is saved.
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { send } from '@/lib/client';
import type { Schema, Window } from '@/lib/schema';
import { RefLink } from '../RefLink';
import { Time } from '../Time';
import { RECORD } from './texts';
import classes from './record.module.css';

const TYPING_MS = 350;

export function SlipCheck({ release, window }: { release: string; window: Window | null }) {
  const [settled] = useDebouncedValue(JSON.stringify({ window }), TYPING_MS);
  const preview = useQuery({
    queryKey: ['/releases', release, 'preview', settled],
    enabled: window !== null && settled !== '{"window":null}',
    queryFn: () =>
      send<Schema<'MovePreview'>>(
        'POST',
        `/releases/${encodeURIComponent(release)}/schedule/preview`,
        JSON.parse(settled),
      ),
  });
  const slips = preview.data?.effect.slips ?? [];
  if (slips.length === 0) return null;
  return (
    <section aria-label={RECORD.slips} aria-live="polite" className={classes.check}>
      <p>{RECORD.slips}:</p>
      <ul>
        {slips.map((slip) => (
          <li key={slip.release.id}>
            <RefLink record={slip.release} />: <Time at={slip.from.start} show="full" /> →{' '}
            <Time at={slip.to.start} show="full" />, {RECORD.slipAfter}{' '}
            <RefLink record={slip.because} show="number" />
          </li>
        ))}
      </ul>
    </section>
  );
}
