// The next 24 hours as a thin timeline: what happens, blackouts hatched, now as a line.
import { Skeleton } from '@mantine/core';
import { describe, lookOf } from '@/features/calendar/describe';
import { clock, windowText } from '@/lib/dates';
import type { Schema } from '@/lib/schema';
import { useZone } from '@/lib/session';
import { Link } from '@/ui/Link';
import { Section } from '@/ui/Page';
import { severityOf } from '@/ui/severity';
import { pathOf } from '../paths';
import { lanes, spotOf, type Range, type Spot } from './lanes';
import { HOME } from './texts';
import classes from './home.module.css';

interface Props {
  calendar: Schema<'Calendar'> | undefined;
  from: Date;
  to: Date;
  now: Date;
}

const TICK_HOURS = 3;
const HOUR_MS = 3_600_000;
const LANE_PX = 30;

type Entry = Schema<'Entry'>;

export function Today({ calendar, from, to, now }: Props) {
  const zone = useZone();
  if (!calendar) return <Skeleton height={132} />;
  const range = { start: from.getTime(), end: to.getTime() };
  const rows = lanes(
    calendar.entries.flatMap((entry) => {
      const spot = spotOf(entry.window, range);
      return spot ? [{ entry, spot }] : [];
    }),
  );
  return (
    <Section title={HOME.today} aside={<span>{zone}</span>}>
      <div className={classes.strip}>
        <div className={classes.ticks} aria-hidden="true">
          {ticks(range).map((tick) => (
            <span key={tick} style={{ left: percent(share(tick, range)) }}>
              {clock(new Date(tick), zone)}
            </span>
          ))}
        </div>
        <div className={classes.lanes} style={{ height: Math.max(1, rows.length) * LANE_PX + 8 }}>
          {calendar.blackouts.map((band) => (
            <Blackout key={band.id + band.window.start} {...{ band, range, zone }} />
          ))}
          <span
            className={classes.now}
            style={{ left: percent(share(now.getTime(), range)) }}
            aria-hidden="true"
          />
          {rows.map((row, lane) =>
            row.map((placed) => (
              <Bar key={placed.entry.subject.id} {...placed} lane={lane} zone={zone} />
            )),
          )}
        </div>
      </div>
      {rows.length === 0 && <p className="soft">{HOME.todayEmpty}</p>}
    </Section>
  );
}

interface BarProps {
  entry: Entry;
  spot: Spot;
  lane: number;
  zone: string;
}

/** A bar to scale; its words stand inside where they fit, else beside it. */
function Bar({ entry, spot, lane, zone }: BarProps) {
  const { from, to, words, room, begun, goesOn } = spot;
  const beside = words === 'after' ? { left: percent(to) } : { right: percent(1 - from) };
  const place = words === 'inside' ? { left: percent(from), width: percent(room) } : beside;
  const start = clock(entry.window.start, zone);
  return (
    <Link
      to={pathOf(entry.subject) ?? '#'}
      className={classes.entry}
      style={{ top: lane * LANE_PX + 4 }}
      title={describe(entry, zone)}
      aria-label={describe(entry, zone)}
    >
      <span
        className={classes.bar}
        data-kind={entry.kind}
        data-look={lookOf(entry)}
        data-conflict={severityOf(entry)}
        data-begun={begun || undefined}
        data-on={goesOn || undefined}
        style={{ left: percent(from), width: percent(to - from) }}
      />
      <span
        className={classes.barWords}
        data-beside={words !== 'inside' || undefined}
        style={{ ...place, maxWidth: percent(room) }}
      >
        <span className="num">{begun ? HOME.since(start) : start}</span>{' '}
        <span className="mono">{entry.subject.number}</span>{' '}
        <span className={classes.barName}>{entry.subject.name}</span>
      </span>
    </Link>
  );
}

function Blackout({ band, range, zone }: { band: Schema<'Band'>; range: Range; zone: string }) {
  const spot = spotOf(band.window, range);
  if (!spot) return null;
  return (
    <span
      className={classes.blackout}
      style={{ left: percent(spot.from), width: percent(spot.to - spot.from) }}
      title={`${band.name}: ${windowText(band.window, zone)}`}
    />
  );
}

function ticks(range: Range): number[] {
  const count = Math.floor((range.end - range.start) / (TICK_HOURS * HOUR_MS));
  return Array.from({ length: count }, (_, index) => range.start + index * TICK_HOURS * HOUR_MS);
}

function share(at: number, range: Range): number {
  return (at - range.start) / (range.end - range.start);
}

function percent(part: number): string {
  return `${part * 100}%`;
}
