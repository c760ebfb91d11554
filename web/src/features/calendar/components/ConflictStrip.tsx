// All conflicts of the span in one line each, so that every view shows them.
import { useZone } from '@/lib/session';
import { lookOfConflict, severityOf, severityWords } from '@/ui/severity';
import { wordOf } from '@/ui/texts';
import { distinctConflicts } from '../conflicts';
import type { Conflict } from '../model';
import { tagOf } from '../timeline/layout';
import { texts } from '../texts';
import { ConflictPopover } from './ConflictPopover';
import classes from './ConflictStrip.module.css';

export function ConflictStrip({ conflicts }: { conflicts: Conflict[] }) {
  const zone = useZone();
  const shown = distinctConflicts(conflicts);
  if (shown.length === 0) return null;
  const open = shown.filter((one) => one.state === 'open');
  const counted = {
    conflicts_open: open.length,
    conflicts_blocking: open.filter((one) => one.severity === 'blocking').length,
  };
  return (
    <section
      className={classes.strip}
      data-severity={severityOf(counted)}
      aria-label={texts.conflict.list}
    >
      <h2>
        {texts.conflict.counted(
          open.length === 0 ? texts.conflict.noneOpen : severityWords(counted),
          shown.length - open.length,
        )}
      </h2>
      <ul>
        {shown.map((conflict) => (
          <li key={conflict.id ?? tagOf(conflict)}>
            <ConflictPopover conflict={conflict} zone={zone}>
              <button type="button" className={classes.line} data-look={lookOfConflict(conflict)}>
                <i aria-hidden="true" />
                <span className={classes.sides}>
                  {texts.conflict.between(
                    conflict.subject?.number ?? conflict.subject?.name ?? '',
                    conflict.with.number ?? conflict.with.name,
                  )}
                </span>
                <span className={classes.path}>
                  {conflict.hits.length > 0 ? tagOf(conflict) : wordOf(conflict.kind)}
                </span>
              </button>
            </ConflictPopover>
          </li>
        ))}
      </ul>
    </section>
  );
}
