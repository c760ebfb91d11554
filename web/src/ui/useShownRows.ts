// Long tables draw only the rows near the view; short ones are drawn whole.
import { useEffect, useState, type RefObject } from 'react';

const WHOLE_MAX = 200;
const ROW_PX = 37;
const MARGIN_ROWS = 40;

export interface ShownRows {
  from: number;
  to: number;
  /** Heights of what is left out above and below, in pixels. */
  above: number;
  below: number;
}

export function useShownRows(body: RefObject<HTMLElement | null>, count: number): ShownRows {
  const long = count > WHOLE_MAX;
  const [from, setFrom] = useState(0);
  useEffect(() => {
    if (!long) return;
    const measure = () => {
      const top = body.current?.getBoundingClientRect().top ?? 0;
      const first = Math.max(0, Math.floor(-top / ROW_PX) - MARGIN_ROWS);
      // Steps of some rows, so that a scrolled pixel does not draw the table anew.
      setFrom(first - (first % 10));
    };
    measure();
    window.addEventListener('scroll', measure, { passive: true });
    window.addEventListener('resize', measure);
    return () => {
      window.removeEventListener('scroll', measure);
      window.removeEventListener('resize', measure);
    };
  }, [body, long]);
  if (!long) return { from: 0, to: count, above: 0, below: 0 };
  const shown = Math.ceil(window.innerHeight / ROW_PX) + 2 * MARGIN_ROWS;
  const start = Math.min(from, Math.max(0, count - shown));
  const to = Math.min(count, start + shown);
  return { from: start, to, above: start * ROW_PX, below: (count - to) * ROW_PX };
}
