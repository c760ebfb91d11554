// Scrolls a row sideways so that its current item can be seen, without moving the page.
import { useEffect, useRef } from 'react';

export function useCurrentInView<Row extends HTMLElement>(current: string) {
  const row = useRef<Row>(null);
  useEffect(() => {
    const box = row.current;
    const item = box?.querySelector('[aria-current], [data-current]');
    if (!box || !item) return;
    const place = item.getBoundingClientRect();
    const frame = box.getBoundingClientRect();
    if (place.left >= frame.left && place.right <= frame.right) return;
    box.scrollLeft += place.left - frame.left - (frame.width - place.width) / 2;
  }, [current]);
  return row;
}
