// The calendar's answer as events of the month and week grid.
import type { EventInput } from '@fullcalendar/react';
import { pathOf } from '@/app/paths';
import { severityOf } from '@/ui/severity';
import { lookOf } from './describe';
import type { Band, Calendar, Entry, MeetingEntry } from './model';
import { entryPath } from './paths';
import { isMovable } from './shift';
import { texts } from './texts';

export function gridEvents(calendar: Calendar, view: 'month' | 'week'): EventInput[] {
  const entries = calendar.entries.map(entryEvent);
  const blackouts = calendar.blackouts.map((band) => bandEvent(band, 'blackout', view));
  // A month has no room for every occurrence of windows and peak hours; the week shades them.
  const windows =
    view === 'week' ? calendar.windows.map((band) => bandEvent(band, 'window', view)) : [];
  const peaks = view === 'week' ? calendar.peaks.map((band) => bandEvent(band, 'peak', view)) : [];
  const events = calendar.events.map((band) => bandEvent(band, 'business', view));
  const sprints = calendar.sprints.map((band) => bandEvent(band, 'sprint', view));
  const external = calendar.external.map((band) => bandEvent(band, 'external', view));
  const meetings = calendar.meetings.map(meetingEvent);
  return [
    ...entries,
    ...meetings,
    ...blackouts,
    ...windows,
    ...peaks,
    ...events,
    ...sprints,
    ...external,
  ];
}

function meetingEvent({ subject, window }: MeetingEntry): EventInput {
  return {
    id: subject.id,
    title: subject.name,
    start: window.start,
    end: window.end,
    url: pathOf(subject),
    display: 'block',
    className: 'il-event il-meeting',
    extendedProps: { rank: 1 },
  };
}

function entryEvent(entry: Entry): EventInput {
  const severity = severityOf(entry);
  return {
    id: entry.subject.id,
    title: `${entry.subject.number ?? ''} ${entry.subject.name}`.trim(),
    start: entry.window.start,
    end: entry.window.end,
    url: entryPath(entry),
    display: 'block',
    startEditable: isMovable(entry),
    className: [
      `il-event il-${entry.kind} il-${lookOf(entry)}`,
      ...(severity ? [`il-collides-${severity}`] : []),
    ].join(' '),
    extendedProps: { entry, rank: 1 },
  };
}

function bandEvent(
  band: Band,
  kind: 'blackout' | 'window' | 'peak' | 'business' | 'sprint' | 'external',
  view: 'month' | 'week',
): EventInput {
  const titles = {
    blackout: `${texts.blackout}: ${band.name}`,
    window: band.name,
    peak: band.name,
    business: `${texts.event}: ${band.name}`,
    sprint: `${texts.sprint}: ${band.name}`,
    external: `${band.name} (${band.reason ?? texts.external})`,
  };
  return {
    id: `${band.id} ${band.window.start}`,
    title: titles[kind],
    start: band.window.start,
    end: band.window.end,
    display: view === 'week' ? 'background' : 'block',
    interactive: false,
    className: `il-${kind}`,
    extendedProps: { rank: 0 },
  };
}
