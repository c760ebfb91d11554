// The time axis: a day each, hours when there is room, the nights on which the clocks change.
import { zoneShort } from '@/lib/dates';
import { useNow } from '@/ui/Time';
import { wallHours, type Day, type Span } from '../range';
import { texts } from '../texts';
import { xOf, type Scale } from './layout';
import classes from './Timeline.module.css';

interface Props {
  days: Day[];
  scale: Scale;
  span: Span;
  zone: string;
}

const HOURS_STEP: Partial<Record<Span, number>> = { day: 2, week: 12 };

export function Axis({ days, scale, span, zone }: Props) {
  const todayMs = useNow().getTime();
  return (
    <div className={classes.axis}>
      <div className={classes.corner}>{zoneShort(new Date(scale.range.startMs), zone)}</div>
      <div className={classes.axisDays}>
        {days.map((day) => {
          const x = xOf(day.startMs, scale);
          const width = xOf(day.endMs, scale) - x;
          const isToday = todayMs >= day.startMs && todayMs < day.endMs;
          return (
            <div
              key={day.date}
              className={classes.axisDay}
              data-today={isToday || undefined}
              style={{ left: x, width }}
            >
              <DayName day={day} zone={zone} narrow={width < 52} month={width > 84} />
              {HOURS_STEP[span] && <Hours day={day} width={width} span={span} zone={zone} />}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function DayName(props: { day: Day; zone: string; narrow: boolean; month: boolean }) {
  const { day, zone, narrow } = props;
  const at = new Date(day.startMs);
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...options }).format(at);
  const number = part({ day: 'numeric' });
  const withMonth = props.month || (number === '1' && !narrow);
  return (
    <div className={classes.dayName} data-narrow={narrow || undefined}>
      <span className={classes.weekday}>{part({ weekday: narrow ? 'narrow' : 'short' })}</span>{' '}
      <span className="num">
        {withMonth && !narrow ? part({ day: 'numeric', month: 'short' }) : number}
      </span>
      {day.clockChange && <ClockChange day={day} />}
    </div>
  );
}

function ClockChange({ day }: { day: Day }) {
  const hours = day.clockChange?.hours ?? 0;
  const words = hours > 0 ? texts.clocksForward : texts.clocksBack;
  return (
    <span className={classes.clockBadge} title={words}>
      {texts.clockHours(hours)}
      <span className="visually-hidden"> {words}</span>
    </span>
  );
}

function Hours({ day, width, span, zone }: { day: Day; width: number; span: Span; zone: string }) {
  const length = day.endMs - day.startMs;
  return (
    <div className={classes.hours} aria-hidden="true">
      {wallHours(day, HOURS_STEP[span] ?? 12, zone).map(({ hour, ms }) => (
        <span key={hour} className="num" style={{ left: ((ms - day.startMs) / length) * width }}>
          {String(hour).padStart(2, '0')}:00
        </span>
      ))}
    </div>
  );
}
