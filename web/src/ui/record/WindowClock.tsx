// The clock against the window: how long until it opens, what is left of it, or how far it is over.
import { span } from '@/lib/dates';
import type { Window } from '@/lib/schema';
import { useNow } from '../Time';
import { RECORD } from './texts';
import classes from './WindowClock.module.css';

interface Props {
  window: Window | null | undefined;
  /** When it stopped, once it is over. */
  over?: string;
}

export function WindowClock({ window, over }: Props) {
  const now = useNow(1_000);
  if (!window) return <p className="soft">–</p>;
  const start = new Date(window.start).getTime();
  const end = new Date(window.end).getTime();
  const at = over ? new Date(over).getTime() : now.getTime();
  const share = Math.min(1, Math.max(0, (at - start) / (end - start)));
  const [amount, words] =
    at < start
      ? [span(start - at), RECORD.clock.opensIn]
      : at <= end
        ? [span(end - at), over ? RECORD.clock.wasLeft : RECORD.clock.leftOver]
        : [span(at - end), RECORD.clock.overdue];
  return (
    <div
      className={classes.clock}
      data-late={at > end || undefined}
      data-over={Boolean(over) || undefined}
    >
      <span className={classes.big}>{amount}</span>
      <span className="soft">{words}</span>
      <span className={classes.track} aria-hidden="true">
        <i style={{ width: `${share * 100}%` }} />
      </span>
    </div>
  );
}
