// The line under the title: window with its countdown, owner, environment.
import { dayOn, relative, span } from '@/lib/dates';
import type { Window } from '@/lib/schema';
import { RefLink } from '@/ui/RefLink';
import { placeOf } from '@/ui/texts';
import { useNow, WindowTime } from '@/ui/Time';
import type { Release } from '../queries';
import { FIELD } from '../texts';

const OVER = new Set(['review', 'closed', 'cancelled']);

export function ReleaseMeta({ release }: { release: Release }) {
  return (
    <>
      <span>
        <WindowTime window={release.window} />
        {release.window && !OVER.has(release.phase) && <Countdown window={release.window} />}
        {release.window && !release.scheduled && !OVER.has(release.phase) && ', planned only'}
      </span>
      <span>{placeOf(release)}</span>
      <span>
        Owner <RefLink record={release.owner} none="nobody yet" />
      </span>
      {release.review_due_on && release.phase !== 'closed' && (
        <span>
          {FIELD.reviewDue} {dayOn(release.review_due_on)}
        </span>
      )}
      {release.team && (
        <span>
          Team <RefLink record={release.team} />
        </span>
      )}
    </>
  );
}

function Countdown({ window }: { window: Window }) {
  const now = useNow(15_000);
  const start = new Date(window.start);
  const end = new Date(window.end);
  if (now < start) return <span className="num"> · opens {relative(start, now)}</span>;
  if (now < end) {
    return <span className="num"> · open, {span(end.getTime() - now.getTime())} left</span>;
  }
  return <span className="num"> · ended {relative(end, now)}</span>;
}
