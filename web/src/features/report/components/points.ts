// The history of a figure as the points of a chart.
import { stepText } from '../format';
import type { Figure } from '../queries';
import type { ChartPoint } from './Chart';

export function pointsOf(figure: Figure, by: string): ChartPoint[] {
  return figure.history.map(({ from, to, value, limits }) => ({
    label: stepText(from, to, by),
    value: value.value ?? undefined,
    low: limits?.low,
    high: limits?.high,
  }));
}
