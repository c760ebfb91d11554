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
import { lanes, place } from './lanes';
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
/** How much of the strip the words of a short bar take. */
const WORDS_HOURS = 6;

export function Today({ calendar, from, to, now }: Props) {
  const zone = useZone();
  if (!calendar) return <Skeleton height={132} />;
  const range = { start: from.getTime(), end: to.getTime() };
  const inside = (window: Schema<'Window'>) => place(window, range) !== undefined;
  const rows = lanes(
    calendar.entries.filter((entry) => inside(entry.window)),
    WORDS_HOURS * HOUR_MS,
  );
  const blackouts = calendar.blackouts.filter((band) => inside(band.window));
  const nowShare = ((now.getTime() - range.start) / (range.end - range.start)) * 100;
  return (
    <Section title={HOME.today} aside={<span>{zone}</span>}>
      <div className={classes.strip}>
        <div className={classes.ticks} aria-hidden="true">
          {ticks(range).map((tick) => (
            <span key={tick} style={{ left: `${share(tick, range)}%` }}>
              {clock(new Date(tick), zone)}
            </span>
          ))}
        </div>
        <div className={classes.lanes} style={{ height: Math.max(1, rows.length) * LANE_PX + 8 }}>
          {blackouts.map((band) => (
            <span
              key={band.id + band.window.start}
              className={classes.blackout}
              style={place(band.window, range)}
              title={`${band.name}: ${windowText(band.window, zone)}`}
            />
          ))}
          <span className={classes.now} style={{ left: `${nowShare}%` }} aria-hidden="true" />
          {rows.map((row, lane) =>
            row.map((entry) => (
              <Link
                key={entry.subject.id}
                to={pathOf(entry.subject) ?? '#'}
                className={classes.bar}
                data-kind={entry.kind}
                data-look={lookOf(entry)}
                data-conflict={severityOf(entry)}
                style={{ ...place(entry.window, range), top: lane * LANE_PX + 4 }}
                title={describe(entry, zone)}
                aria-label={describe(entry, zone)}
              >
                <span className={classes.barWords} data-before={isLate(entry.window, range)}>
                  <span className="num">{clock(entry.window.start, zone)}</span>{' '}
                  <span className="mono">{entry.subject.number}</span> {entry.subject.name}
                </span>
              </Link>
            )),
          )}
        </div>
      </div>
      {rows.length === 0 && <p className="soft">{HOME.todayEmpty}</p>}
    </Section>
  );
}

/** So near the end that its words stand before it. */
function isLate(window: Schema<'Window'>, range: Range): true | undefined {
  return Date.parse(window.start) > range.end - WORDS_HOURS * HOUR_MS || undefined;
}

interface Range {
  start: number;
  end: number;
}

function ticks(range: Range): number[] {
  const count = Math.floor((range.end - range.start) / (TICK_HOURS * HOUR_MS));
  return Array.from({ length: count }, (_, index) => range.start + index * TICK_HOURS * HOUR_MS);
}

function share(at: number, range: Range): number {
  return ((at - range.start) / (range.end - range.start)) * 100;
}
