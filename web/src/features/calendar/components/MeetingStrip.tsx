// The meetings of boards within the span, in one line above the list.
import { pathOf } from '@/app/paths';
import { windowInZone } from '@/lib/dates';
import { Link } from '@/ui/Link';
import type { MeetingEntry } from '../model';
import { texts } from '../texts';
import classes from './MeetingStrip.module.css';

export function MeetingStrip({ meetings, zone }: { meetings: MeetingEntry[]; zone: string }) {
  if (meetings.length === 0) return null;
  return (
    <section className={classes.strip} aria-label={texts.meetings}>
      <h2>{texts.meetings}</h2>
      <ul>
        {meetings.map(({ subject, window }) => (
          <li key={subject.id}>
            <Link to={pathOf(subject) ?? '#'}>{subject.name}</Link>{' '}
            <time dateTime={window.start}>{windowInZone(window, zone)}</time>
          </li>
        ))}
      </ul>
    </section>
  );
}
