// The meetings of boards within the span, in one line, so that every view shows them.
import { useQuery } from '@tanstack/react-query';
import { paths } from '@/app/paths';
import { get } from '@/lib/client';
import { windowText } from '@/lib/dates';
import type { Page, Schema } from '@/lib/schema';
import { Link } from '@/ui/Link';
import type { Range } from '../range';
import { texts } from '../texts';
import classes from './MeetingStrip.module.css';

const SHOWN_MAX = 50;

export function MeetingStrip({ range, zone }: { range: Range; zone: string }) {
  const query = {
    from: new Date(range.startMs).toISOString(),
    to: new Date(range.endMs).toISOString(),
    limit: SHOWN_MAX,
  };
  const found = useQuery({
    queryKey: ['/meetings', query],
    queryFn: ({ signal }) => get<Page<Schema<'MeetingRow'>>>('/meetings', query, signal),
  });
  const meetings = found.data?.items.filter((row) => row.state !== 'cancelled') ?? [];
  if (meetings.length === 0) return null;
  return (
    <section className={classes.strip} aria-label={texts.meetings}>
      <h2>{texts.meetings}</h2>
      <ul>
        {meetings.reverse().map((row) => (
          <li key={row.id}>
            <Link to={paths.meeting(row.number)}>
              {row.number} {row.board.name}
            </Link>{' '}
            <time dateTime={row.window.start}>{windowText(row.window, zone)}</time>
          </li>
        ))}
      </ul>
    </section>
  );
}
