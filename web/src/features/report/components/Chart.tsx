// A chart: a picture for those who see it. Its table says the same to everyone, and does by
// keyboard what a press on a point does.
import { useComputedColorScheme } from '@mantine/core';
import type { EChartsCoreOption } from 'echarts/core';
import { useEffect, useRef } from 'react';
import { shortText } from '@/ui/figureText';
import classes from './Chart.module.css';

export interface ChartPoint {
  label: string;
  /** Nothing where nothing was collected: a gap, no zero. */
  value?: number;
  low?: number;
  high?: number;
}

interface Props {
  /** What a screen reader says of the picture. */
  label: string;
  points: ChartPoint[];
  shape: 'line' | 'bar';
  unit: string;
  /** Without axes and labels; beside its value. */
  small?: boolean;
  onPick?: (place: number) => void;
}

/** No more labels than stand beside each other. */
const LABELS_MAX = 13;

export function Chart({ label, points, shape, unit, small, onPick }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const pick = useRef(onPick);
  const scheme = useComputedColorScheme();
  useEffect(() => {
    pick.current = onPick;
  }, [onPick]);
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    let close = () => {};
    let gone = false;
    void import('./echarts').then(({ init }) => {
      if (gone) return;
      const chart = init(element, null, { renderer: 'svg' });
      const look = getComputedStyle(element);
      const colour = (name: string) => look.getPropertyValue(name).trim();
      chart.setOption(option({ points, shape, unit, small }, colour));
      // A press anywhere above a step means the step.
      chart.getZr().on('click', ({ offsetX, offsetY }) => {
        const [place] = chart.convertFromPixel({ gridIndex: 0 }, [offsetX, offsetY]);
        if (place !== undefined && points[place]) pick.current?.(place);
      });
      const watch = new ResizeObserver(() => chart.resize());
      watch.observe(element);
      close = () => {
        watch.disconnect();
        chart.dispose();
      };
    });
    return () => {
      gone = true;
      close();
    };
  }, [points, shape, unit, small, scheme]);
  return (
    <div
      ref={frame}
      role="img"
      aria-label={label}
      className={small ? classes.small : classes.large}
      data-pick={onPick ? true : undefined}
    />
  );
}

type Drawn = Pick<Props, 'points' | 'shape' | 'unit' | 'small'>;

function option(drawn: Drawn, colour: (name: string) => string): EChartsCoreOption {
  const { points, shape, unit, small } = drawn;
  const text = (value: number) => shortText(value, unit);
  const outside = (point: ChartPoint) =>
    point.value !== undefined &&
    ((point.high !== undefined && point.value > point.high) ||
      (point.low !== undefined && point.value < point.low));
  const limit = (values: (number | undefined)[]) => ({
    type: 'line',
    data: values.map((value) => value ?? null),
    symbol: 'none',
    silent: true,
    step: 'middle',
    lineStyle: { color: colour('--text-faint'), width: 1, type: 'dashed' },
  });
  const soft = { color: colour('--text-soft'), fontFamily: 'inherit', fontSize: 12 };
  const values = {
    type: shape,
    data: points.map((point) => ({
      value: point.value ?? null,
      itemStyle: { color: colour(outside(point) ? '--stop' : '--info') },
      symbol: outside(point) ? 'diamond' : 'circle',
      symbolSize: outside(point) ? 10 : 6,
    })),
    showSymbol: !small || points.length === 1,
    barMaxWidth: 36,
    lineStyle: { color: colour('--info'), width: 2 },
    label: {
      show: !small && points.length <= LABELS_MAX,
      position: 'top',
      color: colour('--text'),
      fontFamily: 'inherit',
      formatter: ({ value }: { value: number | null }) => (value === null ? '' : text(value)),
    },
  };
  return {
    animation: false,
    grid: small
      ? { left: 2, right: 2, top: 4, bottom: 4 }
      : { left: 64, right: 16, top: 28, bottom: 28 },
    xAxis: {
      type: 'category',
      data: points.map((point) => point.label),
      show: !small,
      axisLabel: { ...soft, hideOverlap: true },
      axisLine: { lineStyle: { color: colour('--line-strong') } },
      axisTick: { show: false },
    },
    yAxis: {
      type: 'value',
      show: !small,
      min: ({ min }: { min: number }) => Math.min(0, min),
      axisLabel: { ...soft, formatter: text },
      splitLine: { lineStyle: { color: colour('--line') } },
    },
    series: [
      values,
      limit(points.map((point) => point.low)),
      limit(points.map((point) => point.high)),
    ],
  };
}
