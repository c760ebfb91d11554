// Arrow keys on the timeline: left and right within a row, up and down to the nearest in the next.
import type { KeyboardEvent } from 'react';

interface Stop {
  element: HTMLElement;
  row: number;
  x: number;
}

function stopsIn(body: HTMLElement): Stop[] {
  return [...body.querySelectorAll<HTMLElement>('[data-stop]')].map((element) => ({
    element,
    row: Number(element.dataset.row),
    x: Number(element.dataset.x),
  }));
}

function nearestInRow(stops: Stop[], row: number, x: number): Stop | undefined {
  const inRow = stops.filter((stop) => stop.row === row);
  return inRow.sort((a, b) => Math.abs(a.x - x) - Math.abs(b.x - x))[0];
}

function nextOf(stops: Stop[], here: Stop, key: string): Stop | undefined {
  const inRow = stops.filter((stop) => stop.row === here.row).sort((a, b) => a.x - b.x);
  const place = inRow.indexOf(here);
  const rows = [...new Set(stops.map((stop) => stop.row))].sort((a, b) => a - b);
  const rowPlace = rows.indexOf(here.row);
  switch (key) {
    case 'ArrowRight':
      return inRow[place + 1];
    case 'ArrowLeft':
      return inRow[place - 1];
    case 'ArrowDown':
      return nearestInRow(stops, rows[rowPlace + 1] ?? -1, here.x);
    case 'ArrowUp':
      return nearestInRow(stops, rows[rowPlace - 1] ?? -1, here.x);
    case 'Home':
      return inRow[0];
    case 'End':
      return inRow[inRow.length - 1];
    default:
      return undefined;
  }
}

/** Moves the focus from bar to bar; leaves every other key alone. */
export function moveFocus(event: KeyboardEvent<HTMLElement>, body: HTMLElement | null) {
  if (!body || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const stops = stopsIn(body);
  const here = stops.find((stop) => stop.element === event.target);
  const next = here && nextOf(stops, here, event.key);
  if (!next) return;
  event.preventDefault();
  next.element.focus();
  next.element.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}
