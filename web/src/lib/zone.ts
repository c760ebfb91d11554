// Wall time in a zone to an instant and back. In a gap the later, in an overlap the earlier
// instant is taken, as the server does.
import { Temporal } from 'temporal-polyfill';

/** `2026-11-26T22:00` in a zone to `2026-11-26T21:00:00Z`; undefined when it is no time. */
export function toInstant(wall: string, zone: string): string | undefined {
  try {
    return Temporal.PlainDateTime.from(wall).toZonedDateTime(zone).toInstant().toString();
  } catch {
    return undefined;
  }
}

/** An instant as the wall time of a zone, fit for a `datetime-local` field. */
export function toWall(instant: string | undefined | null, zone: string): string {
  if (!instant) return '';
  try {
    return Temporal.Instant.from(instant)
      .toZonedDateTimeISO(zone)
      .toPlainDateTime()
      .toString({ smallestUnit: 'minute' });
  } catch {
    return '';
  }
}

/** True when the wall time does not exist or exists twice that day. */
export function isDoubtful(wall: string, zone: string): boolean {
  try {
    const plain = Temporal.PlainDateTime.from(wall);
    plain.toZonedDateTime(zone, { disambiguation: 'reject' });
    return false;
  } catch {
    return toInstant(wall, zone) !== undefined;
  }
}
