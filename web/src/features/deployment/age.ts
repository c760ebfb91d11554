// How long ago something was read, in the one unit that says it.
import { span } from '@/lib/dates';
import { NIGHT } from './texts';

const FRESH_MS = 2_000;
const MINUTE_MS = 60_000;

/** `just now`, `12 s ago`, `4 min ago` */
export function ageText(milliseconds: number): string {
  if (milliseconds < FRESH_MS) return NIGHT.fresh;
  if (milliseconds < MINUTE_MS) return NIGHT.ago(`${Math.floor(milliseconds / 1000)} s`);
  return NIGHT.ago(span(milliseconds));
}
