// The timeline by service: meetings above, rows grouped by team, bars for releases and changes, the
// periods behind them each in its pattern, brackets around what collides, and the line of now.
import { useElementSize } from '@mantine/hooks';
import { useEffect, useMemo, useRef, type CSSProperties, type ReactNode } from 'react';
import { pathOf } from '@/app/paths';
import { windowInZone } from '@/lib/dates';
import { Link } from '@/ui/Link';
import { useNow } from '@/ui/Time';
import { daysOf, type Day, type Range, type Span } from '../range';
import type { Calendar } from '../model';
import { stepMinutes } from '../shift';
import { texts } from '../texts';
import { Axis } from './Axis';
import { BarLink } from './BarLink';
import { BracketTag } from './BracketTag';
import {
  layOut,
  xOf,
  type Group,
  type MeetingBox,
  type Row,
  type Scale,
  type ServiceLine,
} from './layout';
import { moveFocus } from './moveFocus';
import classes from './Timeline.module.css';

const NAME_WIDTH = 176;
const NAME_WIDTH_NARROW = 112;
const NARROW = 620;
const DAY_WIDTH_MIN: Record<Span, number> = {
  day: 960,
  week: 116,
  fortnight: 70,
  month: 31,
  ahead: 31,
};

interface Props {
  calendar: Calendar;
  services: ServiceLine[];
  range: Range;
  span: Span;
  zone: string;
}

export function Timeline({ calendar, services, range, span, zone }: Props) {
  const { ref, width: measured } = useElementSize();
  const container = measured || 1200;
  const nameWidth = container < NARROW ? NAME_WIDTH_NARROW : NAME_WIDTH;
  const days = useMemo(() => daysOf(range, zone), [range, zone]);
  const width = Math.max(container - nameWidth - 2, days.length * DAY_WIDTH_MIN[span]);
  const scale = useMemo<Scale>(() => ({ range, width }), [range, width]);
  const timeline = useMemo(
    () => layOut({ ...calendar, services, scale }),
    [calendar, services, scale],
  );
  const style = { '--name-width': `${nameWidth}px`, '--canvas-width': `${width}px` };
  const body = useRef<HTMLDivElement>(null);
  const scroll = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const now = Date.now();
    const element = scroll.current;
    if (!element || now < range.startMs || now > range.endMs) return;
    // Now stands a quarter in, so that what is under way and what comes next are both seen.
    element.scrollLeft = xOf(now, scale) - (element.clientWidth - nameWidth) / 4;
  }, [range.startMs, range.endMs, scale, nameWidth]);

  return (
    <div ref={ref} className={classes.frame}>
      <div ref={scroll} className={classes.scroll} style={style as CSSProperties}>
        <Axis days={days} scale={scale} span={span} zone={zone} />
        <div
          ref={body}
          className={classes.body}
          style={{ height: timeline.height }}
          role="group"
          aria-label={texts.timeline}
          onKeyDown={(event) => moveFocus(event, body.current)}
        >
          <Grid days={days} scale={scale} />
          <Canvas>
            <NowLine scale={scale} />
          </Canvas>
          {timeline.meetings.length > 0 && (
            <MeetingRow boxes={timeline.meetings} height={timeline.meetingsHeight} zone={zone} />
          )}
          {timeline.groups.map((group) => (
            <GroupRows key={group.key} group={group} scale={scale} step={stepMinutes(span)} />
          ))}
          <Canvas>
            {timeline.brackets.map((bracket) => (
              <BracketTag key={bracket.key} bracket={bracket} zone={zone} />
            ))}
          </Canvas>
        </div>
      </div>
    </div>
  );
}

function Canvas({ children }: { children: ReactNode }) {
  return <div className={classes.canvas}>{children}</div>;
}

function Grid({ days, scale }: { days: Day[]; scale: Scale }) {
  return (
    <div className={classes.canvas} aria-hidden="true">
      {days.map((day) => {
        const x = xOf(day.startMs, scale);
        const width = xOf(day.endMs, scale) - x;
        return (
          <div
            key={day.date}
            className={classes.day}
            data-weekend={day.weekend || undefined}
            style={{ left: x, width }}
          >
            {day.clockChange && (
              <i
                className={classes.clockChange}
                style={{ left: xOf(day.clockChange.atMs, scale) - x }}
              />
            )}
          </div>
        );
      })}
    </div>
  );
}

interface Steps {
  scale: Scale;
  step: number;
}

function GroupRows({ group, ...steps }: Steps & { group: Group }) {
  return (
    <section aria-label={group.name ?? texts.noTeam}>
      <h3 className={classes.group} style={{ top: group.top }}>
        <span>{group.name ?? texts.noTeam}</span>
      </h3>
      {group.rows.map((row) => (
        <ServiceRow key={row.key} row={row} {...steps} />
      ))}
    </section>
  );
}

interface MeetingRowProps {
  boxes: MeetingBox[];
  height: number;
  zone: string;
}

function MeetingRow({ boxes, height, zone }: MeetingRowProps) {
  return (
    <div className={classes.row} style={{ top: 0, height }}>
      <div className={classes.name} title={texts.meetings}>
        <span>{texts.meetings}</span>
      </div>
      <div className={classes.lane} role="group" aria-label={texts.meetings}>
        {boxes.map(({ meeting: { subject, window }, label, labelWidth, ...box }) => (
          <Link
            key={subject.id}
            to={pathOf(subject) ?? '#'}
            className={classes.meeting}
            style={{ left: box.x, width: box.width, top: box.top }}
            title={`${subject.name}, ${windowInZone(window, zone)}`}
          >
            <span
              className={label === 'inside' ? classes.label : classes.labelBeside}
              data-place={label}
              style={label === 'inside' ? undefined : { maxWidth: labelWidth }}
            >
              {subject.name}
            </span>
          </Link>
        ))}
      </div>
    </div>
  );
}

function ServiceRow({ row, ...steps }: Steps & { row: Row }) {
  const name = row.service?.name ?? texts.noService;
  return (
    <div className={classes.row} style={{ top: row.top, height: row.height }}>
      <div className={classes.name} title={name}>
        <span>{name}</span>
      </div>
      <div className={classes.lane} role="group" aria-label={name}>
        {row.windows.map(({ key, band, x, width }) => (
          <div
            key={key}
            className={classes.window}
            style={{ left: x, width }}
            title={`${texts.maintenance}: ${band.name}`}
          />
        ))}
        {row.external.map(({ key, band, x, width }) => (
          <div
            key={key}
            className={classes.external}
            style={{ left: x, width }}
            title={`${band.reason ?? texts.external}: ${band.name}`}
          />
        ))}
        {row.peaks.map(({ key, band, x, width }) => (
          <div
            key={key}
            className={classes.peak}
            style={{ left: x, width }}
            title={[`${texts.peak}: ${band.name}`, band.reason].filter(Boolean).join('. ')}
          />
        ))}
        {row.events.map(({ key, band, x, width }) => (
          <div
            key={key}
            className={classes.event}
            style={{ left: x, width }}
            title={[`${texts.event}: ${band.name}`, band.reason].filter(Boolean).join('. ')}
          >
            <span className="visually-hidden">{`${texts.event}: ${band.name}`}</span>
          </div>
        ))}
        {row.sprints.map(({ key, band, x, width }) => (
          <div
            key={key}
            className={classes.sprint}
            style={{ left: x, width }}
            title={`${texts.sprint}: ${band.name}`}
          />
        ))}
        {row.blackouts.map(({ key, band, x, width }) => (
          <div
            key={key}
            className={classes.blackout}
            style={{ left: x, width }}
            title={[`${texts.blackout}: ${band.name}`, band.reason].filter(Boolean).join('. ')}
          >
            <span className="visually-hidden">{`${texts.blackout}: ${band.name}`}</span>
          </div>
        ))}
        {row.bars.map((bar) => (
          <BarLink key={bar.key} bar={bar} rowTop={row.top} {...steps} />
        ))}
      </div>
    </div>
  );
}

function NowLine({ scale }: { scale: Scale }) {
  const now = useNow().getTime();
  if (now < scale.range.startMs || now > scale.range.endMs) return null;
  return <div className={classes.now} style={{ left: xOf(now, scale) }} aria-hidden="true" />;
}
