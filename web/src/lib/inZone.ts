// Sentences of the server name instants in UTC; people read them in their own zone.
import { dayClock, zoneShort } from './dates';
import { useZone } from './session';

const INSTANT = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z/g;

/** `from 2026-11-25T22:00:00Z` becomes `from Wed 25 Nov 23:00 CET`. */
export function inZone(text: string, zone: string): string {
  return text.replace(INSTANT, (at) =>
    Number.isNaN(Date.parse(at)) ? at : `${dayClock(at, zone)} ${zoneShort(at, zone)}`,
  );
}

/** The same in the reader's zone. */
export function useInZone(): (text: string) => string {
  const zone = useZone();
  return (text) => inZone(text, zone);
}
