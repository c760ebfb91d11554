// One release or change on the timeline: a bar that leads to its record.
import { useZone } from '@/lib/session';
import { Link } from '@/ui/Link';
import { describe, lookOf } from '../describe';
import { entryPath } from '../paths';
import type { Bar } from './layout';
import classes from './Timeline.module.css';

export function BarLink({ bar, rowTop }: { bar: Bar; rowTop: number }) {
  const zone = useZone();
  const { entry } = bar;
  const words = describe(entry, zone);
  return (
    <Link
      to={entryPath(entry)}
      className={classes.bar}
      data-stop=""
      data-row={bar.row}
      data-x={Math.round(bar.x)}
      data-kind={entry.kind}
      data-look={lookOf(entry)}
      data-conflict={entry.conflicts_open > 0 || undefined}
      data-clipped-start={bar.clippedStart || undefined}
      data-clipped-end={bar.clippedEnd || undefined}
      style={{ left: bar.x, width: bar.width, top: bar.top - rowTop }}
      title={words}
      aria-label={words}
    >
      <span
        className={bar.label === 'inside' ? classes.label : classes.labelBeside}
        data-place={bar.label}
        style={bar.label === 'inside' ? undefined : { maxWidth: bar.labelWidth }}
      >
        {entry.type === 'emergency' && <strong aria-hidden="true">! </strong>}
        <span className="mono">{entry.subject.number}</span> {entry.subject.name}
      </span>
    </Link>
  );
}
