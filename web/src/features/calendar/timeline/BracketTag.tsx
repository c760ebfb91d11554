// A conflict on the timeline: a bracket from bar to bar, red where it blocks and amber where it
// warns, and a tag that names the CI path.
import { lookOfConflict } from '@/ui/severity';
import { texts } from '../texts';
import { ConflictPopover } from '../components/ConflictPopover';
import { tagOf, type Bracket } from './layout';
import classes from './Timeline.module.css';

export function BracketTag({ bracket, zone }: { bracket: Bracket; zone: string }) {
  const { conflict } = bracket;
  const path = tagOf(conflict);
  const look = lookOfConflict(conflict);
  return (
    <>
      <div
        className={classes.bracket}
        data-look={look}
        style={{ left: bracket.x, top: bracket.top + 12, height: bracket.height }}
        aria-hidden="true"
      >
        {[...new Set(bracket.ticks)].map((tick) => (
          <i key={tick} style={{ top: tick }} />
        ))}
      </div>
      <ConflictPopover conflict={conflict} zone={zone}>
        <button
          type="button"
          className={classes.tag}
          data-look={look}
          data-stop=""
          data-row={bracket.row}
          data-x={Math.round(bracket.tagX)}
          style={{ left: bracket.tagX, top: bracket.tagTop, maxWidth: bracket.tagWidth }}
          aria-label={texts.conflict.label(look, path)}
        >
          <i aria-hidden="true" />
          <span>{path}</span>
        </button>
      </ConflictPopover>
    </>
  );
}
