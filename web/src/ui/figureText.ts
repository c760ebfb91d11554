// The value of a figure as people read it.
import { span } from '@/lib/dates';
import { UI } from './texts';

/** `5.3 %`, `2 d 4 h`, `1.5 a week`; what was not collected is no number. */
export function valueText(value: number | null | undefined, unit: string): string {
  if (value === null || value === undefined) return UI.notCollected;
  switch (unit) {
    case 'share':
      return `${round(value * 100)} %`;
    case 'seconds':
      return `${value < 0 ? '−' : ''}${span(value * 1000)}`;
    case 'per week':
      return `${round(value)} a week`;
    default:
      return round(value);
  }
}

/** The same, short enough for a chart. */
export function shortText(value: number, unit: string): string {
  return unit === 'per week' ? round(value) : valueText(value, unit);
}

/** How many records a value rests on. */
export function restsOn(value: { n: number; counted?: number | null }): string {
  const { n, counted } = value;
  return typeof counted === 'number' ? `${counted} of ${n}` : `n = ${n}`;
}

function round(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return String(Number(value.toFixed(digits)));
}
