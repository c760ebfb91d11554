// A window in a narrow column: day and times; zones and the second day one focus away.
import { Tooltip } from '@mantine/core';
import { day, hoursText, windowText } from '@/lib/dates';
import type { Window } from '@/lib/schema';
import { useZone } from '@/lib/session';
import classes from './ChangeTable.module.css';

export function WindowShort({ window }: { window: Window }) {
  const zone = useZone();
  const zones = [...new Set([zone, window.zone ?? 'UTC', 'UTC'])];
  const label = zones.map((each) => `${windowText(window, each)} ${each}`).join('\n');
  return (
    <Tooltip label={<span className={classes.zones}>{label}</span>} maw={460}>
      <span tabIndex={0} className={classes.window}>
        {day(window.start, zone)} {hoursText(window, zone)}
      </span>
    </Tooltip>
  );
}
