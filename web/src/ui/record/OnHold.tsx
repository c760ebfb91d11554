// That a record is on hold: since when, by whom, why, and how it goes on.
import type { Schema } from '@/lib/schema';
import type { ActionItem } from '../actions';
import { ActionButton } from '../Actions';
import { Icon } from '../icons';
import { Time } from '../Time';
import { RECORD } from './texts';
import classes from './OnHold.module.css';

interface Props {
  hold: Schema<'Hold'> | null | undefined;
  resume?: ActionItem;
}

/** Nothing as long as it is not. */
export function OnHold({ hold, resume }: Props) {
  if (!hold) return null;
  return (
    <div className={classes.hold} role="status">
      <Icon name="clock" />
      <p>
        <strong>
          {RECORD.onHoldSince} <Time at={hold.since} show="full" />
        </strong>
        , {RECORD.onHoldBy(hold.by)}: “{hold.reason}”
      </p>
      {resume && <ActionButton item={resume} size="compact-sm" />}
    </div>
  );
}
