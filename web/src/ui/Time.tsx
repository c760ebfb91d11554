// Times as people read them: relative, with the absolute time, the zone and UTC one focus away.
import { Tooltip } from '@mantine/core';
import { useEffect, useState } from 'react';
import { absolute, day, dayClock, hoursText, relative, windowText, zoneShort } from '@/lib/dates';
import { useZone } from '@/lib/session';
import type { Window } from '@/lib/schema';
import classes from './Time.module.css';

export function useNow(everyMs = 30_000): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

interface TimeProps {
  at: string | null | undefined;
  /** `relative` (default), or the day and time spelled out. */
  show?: 'relative' | 'full';
  none?: string;
}

export function Time({ at, show = 'relative', none = '–' }: TimeProps) {
  const zone = useZone();
  const now = useNow();
  if (!at) return <span className="soft">{none}</span>;
  const text = show === 'relative' ? relative(at, now) : dayClock(at, zone, now);
  return (
    <Tooltip label={<Spelled at={at} zone={zone} />}>
      <time dateTime={at} tabIndex={0} className={classes.time}>
        {text}
        {show === 'full' && <span className={classes.zone}> {zoneShort(at, zone)}</span>}
      </time>
    </Tooltip>
  );
}

function Spelled({ at, zone }: { at: string; zone: string }) {
  return (
    <span className="num">
      {absolute(at, zone)}
      {zone !== 'UTC' && (
        <>
          <br />
          {absolute(at, 'UTC')}
        </>
      )}
    </span>
  );
}

interface WindowTimeProps {
  window: Window | null | undefined;
  none?: string;
  /** Leaves the second date to the focus; `bare` leaves the zone to the header of its column, which
   * a phone does not show. */
  short?: boolean | 'bare';
}

/** A window in the reader's zone; the zone of its people and UTC one focus away. */
export function WindowTime({ window, none = 'no window yet', short }: WindowTimeProps) {
  const zone = useZone();
  if (!window) return <span className="soft">{none}</span>;
  const zones = [...new Set([zone, window.zone ?? 'UTC', 'UTC'])];
  const label = (
    <span className="num">
      {zones.map((each) => (
        <span key={each} className={classes.line}>
          {windowText(window, each)} {each}
        </span>
      ))}
    </span>
  );
  return (
    <Tooltip label={label} maw={460}>
      <span tabIndex={0} className={classes.time}>
        {short ? `${day(window.start, zone)} ${hoursText(window, zone)}` : windowText(window, zone)}
        <span className={classes.zone} data-bare={short === 'bare' || undefined}>
          {' '}
          {zoneShort(window.start, zone)}
        </span>
      </span>
    </Tooltip>
  );
}
