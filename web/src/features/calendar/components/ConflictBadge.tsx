// The conflicts of one record on the calendar, each as bad as it is, with details on demand.
import { ConflictWords } from '@/ui/ConflictCount';
import { lookOfConflict } from '@/ui/severity';
import { conflictsOf } from '../conflicts';
import type { Conflict, Entry } from '../model';
import { tagOf } from '../timeline/layout';
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
      <ConflictWords record={entry} />
    ) : (
      <span className="soft">–</span>
    );
  }
  return (
    <span className={classes.badges}>
      {own.map((conflict) => (
        <ConflictPopover key={conflict.id ?? tagOf(conflict)} conflict={conflict} zone={zone}>
          <button type="button" className={classes.badge} data-look={lookOfConflict(conflict)}>
            <i aria-hidden="true" />
            <span>{tagOf(conflict)}</span>
          </button>
        </ConflictPopover>
      ))}
    </span>
  );
}
