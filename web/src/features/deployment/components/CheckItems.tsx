// The checklist of the way back: what is done in which order, how long it takes and until when.
import { clock, minutes } from '@/lib/dates';
import { useZone } from '@/lib/session';
import { Prose } from '@/ui/Prose';
import { useNow } from '@/ui/Time';
import type { ReactNode } from 'react';
import type { Item } from '../checklist';
import { lookOfState } from '../looks';
import { NIGHT } from '../texts';
import classes from './night.module.css';

const MINUTE_MS = 60_000;

interface Props {
  items: Item[];
  /** What can be answered about the item whose turn it is. */
  answers?: (item: Item) => ReactNode;
}

export function CheckItems({ items, answers }: Props) {
  const now = useNow().getTime();
  const zone = useZone();
  const ends = endsOf(items, now);
  return (
    <ol className={classes.items}>
      {items.map((item, at) => {
        const look = lookOfState(item.state, 'back', 22);
        const end = ends[at];
        return (
          <li
            key={item.key}
            data-now={item.now || undefined}
            aria-current={item.now ? 'step' : undefined}
          >
            <span className={classes.mark} data-tone={look.tone}>
              {look.mark}
            </span>
            <div className={classes.words}>
              <p className={classes.itemTitle}>{item.title}</p>
              <p>
                {look.word}
                {item.at && `, ${clock(item.at, zone)}`}
                {item.state === 'waiting' && item.minutes !== undefined && (
                  <span className="soft num">
                    {' · '}
                    {minutes(item.minutes)}
                    {end !== undefined && `, ${NIGHT.doneBy} ${clock(new Date(end), zone)}`}
                  </span>
                )}
              </p>
              {item.uncertain && item.state === 'waiting' && <strong>{NIGHT.uncertain}</strong>}
              {item.how && <Prose text={item.how} />}
              {item.note && <Prose text={item.note} />}
              {item.now && answers?.(item)}
            </div>
          </li>
        );
      })}
    </ol>
  );
}

/** When each that waits is done, if the first of them begins now. */
function endsOf(items: Item[], now: number): (number | undefined)[] {
  let end = now;
  return items.map((item) => {
    if (item.state !== 'waiting' || item.minutes === undefined) return undefined;
    end += item.minutes * MINUTE_MS;
    return end;
  });
}
