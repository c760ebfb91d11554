// A conflict on the timeline: a red bracket from bar to bar and a tag that names the CI path.
import { texts } from '../texts';
import { ConflictPopover } from '../components/ConflictPopover';
import { tagOf, type Bracket } from './layout';
import classes from './Timeline.module.css';

export function BracketTag({ bracket, zone }: { bracket: Bracket; zone: string }) {
  const { conflict } = bracket;
  const path = tagOf(conflict);
  return (
    <>
      <div
        className={classes.bracket}
        data-state={conflict.state}
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
          data-state={conflict.state}
          data-stop=""
          data-row={bracket.row}
          data-x={Math.round(bracket.tagX)}
          style={{ left: bracket.tagX, top: bracket.tagTop, maxWidth: bracket.tagWidth }}
          aria-label={texts.conflict.label(path)}
        >
          <i aria-hidden="true" />
          <span>{path}</span>
        </button>
      </ConflictPopover>
    </>
  );
}
