// The window of a change in one line: when, in whose zone, and how long until or since.
import { paths } from '@/app/paths';
import { span } from '@/lib/dates';
import { useZone } from '@/lib/session';
import { Icon } from '@/ui/icons';
import { RefLink } from '@/ui/RefLink';
import { useNow, WindowTime } from '@/ui/Time';
import type { Change } from '../queries';
import { texts } from '../texts';
import classes from './WindowLine.module.css';

const words = texts.window;

export function WindowLine({ change }: { change: Change }) {
  const zone = useZone();
  const now = useNow(15_000);
  const { window, release } = change;
  const left = window ? countdown(change, now) : undefined;
  return (
    <p className={classes.line}>
      <Icon name="clock" />
      <span className="visually-hidden">{words.label}: </span>
      <WindowTime window={window} none={words.none} />
      {left && (
        <span className={classes.left} data-late={left.late || undefined}>
          {left.text}
        </span>
      )}
      {window && window.zone && window.zone !== zone && (
        <span className="soft">{words.zoneOf(window.zone)}</span>
      )}
      {release && (
        <span className="soft">
          {words.inRelease}{' '}
          <RefLink record={release} to={paths.release(release.number ?? release.id)} />
        </span>
      )}
    </p>
  );
}

interface Countdown {
  text: string;
  late?: boolean;
}

/** What the clock says against the window; a finished change has no countdown. */
export function countdown(change: Change, now: Date): Countdown | undefined {
  const { window, phase } = change;
  if (!window || ['review', 'closed', 'cancelled'].includes(phase)) return undefined;
  const toStart = new Date(window.start).getTime() - now.getTime();
  const toEnd = new Date(window.end).getTime() - now.getTime();
  if (toStart > 0) return { text: words.starts(`in ${span(toStart)}`) };
  if (toEnd > 0) return { text: words.ends(span(toEnd)) };
  if (phase === 'implement') return { text: words.overrun(span(toEnd)), late: true };
  return { text: words.over(`${span(toEnd)} ago`), late: true };
}
