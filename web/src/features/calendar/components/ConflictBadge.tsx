// The conflicts of one record on the calendar: a red square with their number, details on demand.
import { conflictsOf } from '../conflicts';
import type { Conflict, Entry } from '../model';
import { tagOf } from '../timeline/layout';
import { texts } from '../texts';
import { ConflictPopover } from './ConflictPopover';
import classes from './ConflictBadge.module.css';

interface Props {
  entry: Entry;
  conflicts: Conflict[];
  zone: string;
}

export function ConflictBadge({ entry, conflicts, zone }: Props) {
  const own = conflictsOf(entry, conflicts);
  if (own.length === 0) {
    return entry.conflicts_open > 0 ? (
      <span className={classes.plain}>{texts.openConflicts(entry.conflicts_open)}</span>
    ) : (
      <span className="soft">–</span>
    );
  }
  return (
    <span className={classes.badges}>
      {own.map((conflict) => (
        <ConflictPopover key={conflict.id ?? tagOf(conflict)} conflict={conflict} zone={zone}>
          <button type="button" className={classes.badge} data-state={conflict.state}>
            <i aria-hidden="true" />
            <span>{tagOf(conflict)}</span>
          </button>
        </ConflictPopover>
      ))}
    </span>
  );
}
