// A window as people write it: two wall times and the zone they are meant in.
import { Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { span, ZONES } from '@/lib/dates';
import { fieldId } from '@/lib/forms';
import type { Window } from '@/lib/schema';
import { useZone } from '@/lib/session';
import { isDoubtful, toInstant, toWall } from '@/lib/zone';
import { UI } from './texts';
import classes from './WindowField.module.css';

interface Props {
  name?: string;
  label: string;
  help?: string;
  error?: string;
  required?: boolean;
  /** How long it is by itself, once it has a start. */
  minutes?: number;
  value: Window | null | undefined;
  onChange: (window: Window | null) => void;
}

interface Wall {
  start: string;
  end: string;
  zone: string;
}

export function WindowField({ name = 'window', minutes, value, onChange, ...props }: Props) {
  const readerZone = useZone();
  const [wall, setWall] = useState<Wall>(() => {
    const zone = value?.zone ?? readerZone;
    return { start: toWall(value?.start, zone), end: toWall(value?.end, zone), zone };
  });
  const change = (part: Partial<Wall>) => {
    const next = { ...wall, ...part };
    if (minutes && part.start && !next.end) next.end = later(part.start, next.zone, minutes);
    setWall(next);
    const start = toInstant(next.start, next.zone);
    const end = toInstant(next.end, next.zone);
    onChange(start && end ? { start, end, zone: next.zone } : null);
  };
  const start = toInstant(wall.start, wall.zone);
  const end = toInstant(wall.end, wall.zone);
  const length = start && end ? new Date(end).getTime() - new Date(start).getTime() : undefined;
  const doubtful = [wall.start, wall.end].some((each) => isDoubtful(each, wall.zone));
  return (
    <fieldset className={classes.window}>
      <legend>
        {props.label}
        {props.required && (
          <span className={classes.needed} aria-hidden="true">
            {' '}
            *
          </span>
        )}
      </legend>
      <div className={classes.row}>
        <TextInput
          id={fieldId(name)}
          type="datetime-local"
          label={UI.starts}
          value={wall.start}
          error={Boolean(props.error)}
          onChange={(event) => change({ start: event.currentTarget.value })}
        />
        <TextInput
          type="datetime-local"
          label={UI.ends}
          value={wall.end}
          min={wall.start}
          error={Boolean(props.error)}
          onChange={(event) => change({ end: event.currentTarget.value })}
        />
        <Select
          label={UI.zone}
          searchable
          allowDeselect={false}
          limit={60}
          data={ZONES.includes(wall.zone) ? ZONES : [wall.zone, ...ZONES]}
          value={wall.zone}
          onChange={(zone) => zone && change({ zone })}
        />
      </div>
      <p className={classes.help} data-error={props.error ? true : undefined}>
        {props.error ?? (doubtful ? UI.doubtful : lengthText(length, props.help))}
      </p>
    </fieldset>
  );
}

function later(start: string, zone: string, minutes: number): string {
  const at = toInstant(start, zone);
  return at ? toWall(new Date(Date.parse(at) + minutes * 60_000).toISOString(), zone) : '';
}

function lengthText(length: number | undefined, help: string | undefined): string {
  if (length === undefined) return help ?? '';
  if (length <= 0) return 'The end is not after the start.';
  return `${span(length)} long`;
}
