// Values as people read them.
import { valueText } from '@/ui/figureText';
import type { Figure, FigureValue } from './queries';
import { texts } from './texts';

/** How certain a share is, or how far many values spread. */
export function spreadText(value: FigureValue, unit: string): string | undefined {
  const { low, high, p90, mean } = value;
  if (typeof low === 'number' && typeof high === 'number') {
    return texts.spread95(valueText(low, unit), valueText(high, unit));
  }
  if (typeof p90 !== 'number') return undefined;
  const spread = texts.spread90(valueText(p90, unit));
  return unit === 'seconds' && typeof mean === 'number'
    ? `${spread}, ${texts.mean(valueText(mean, unit))}`
    : spread;
}

export type Trend = 'better' | 'worse' | 'same' | 'moved' | undefined;

/** How a figure moved against the time before; nothing where one of both is not known. */
export function trendOf(figure: Figure): Trend {
  const is = figure.value.value;
  const was = figure.before.value;
  if (typeof is !== 'number' || typeof was !== 'number') return undefined;
  if (is === was) return 'same';
  if (figure.definition.better === 'neither') return 'moved';
  return is > was === (figure.definition.better === 'higher') ? 'better' : 'worse';
}

/** `Nov 2026`, `Q4 2026`, `2–8 Nov`: what a step of the history is called. */
export function stepText(from: string, to: string, by: string): string {
  const start = new Date(`${from}T00:00:00Z`);
  const year = start.getUTCFullYear();
  const month = start.toLocaleString('en-GB', { month: 'short', timeZone: 'UTC' });
  if (by === 'quarter') return `Q${Math.floor(start.getUTCMonth() / 3) + 1} ${year}`;
  if (by === 'week') return `${start.getUTCDate()} ${month} ${year}`;
  const last = new Date(Date.parse(`${to}T00:00:00Z`) - 86_400_000);
  const whole = start.getUTCDate() === 1 || last.getUTCMonth() === start.getUTCMonth();
  return whole ? `${month} ${year}` : `${from} – ${to}`;
}
