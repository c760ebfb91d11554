// What speaks for and against a free slot, and why nothing earlier is free.
import { windowText } from '@/lib/dates';
import { inZone } from '@/lib/inZone';
import type { Schema } from '@/lib/schema';
import { Icon } from '../icons';
import { sentence } from '../texts';
import { RECORD } from './texts';
import classes from './SlotFinder.module.css';

const words = RECORD.slots;

export function SlotReasons({ slot, zone }: { slot: Schema<'Slot'>; zone: string }) {
  return (
    <ul className={classes.reasons}>
      {slot.reasons.map((reason) => (
        <li key={reason.kind} data-good={reason.good || undefined}>
          <Icon name={reason.good ? 'check' : 'clock'} size={12} /> {inZone(reason.detail, zone)}
        </li>
      ))}
      {slot.warnings.map((conflict) => (
        <li key={conflict.detail}>{words.warns(inZone(conflict.detail, zone))}</li>
      ))}
    </ul>
  );
}

export function RefusedStarts({
  refused,
  zone,
}: {
  refused: Schema<'RefusedSlot'>[];
  zone: string;
}) {
  if (refused.length === 0) return null;
  return (
    <details className={classes.refused}>
      <summary>{words.refused(refused.length)}</summary>
      <ul>
        {refused.map(({ window, until, conflicts }) => (
          <li key={window.start}>
            <span className="num">
              {words.starts(windowText({ start: window.start, end: until }, zone))}
            </span>
            {conflicts.map((conflict) => (
              <p key={conflict.detail}>{sentence(inZone(conflict.detail, zone))}</p>
            ))}
          </li>
        ))}
      </ul>
    </details>
  );
}
