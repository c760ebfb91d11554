// The month and the week, in the reader's zone: releases and changes as bars, blackouts hatched.
import FullCalendar, { type CalendarRef, type EventDisplayInfo } from '@fullcalendar/react';
import dayGridPlugin from '@fullcalendar/react/daygrid';
import interactionPlugin from '@fullcalendar/react/interaction';
import timeGridPlugin from '@fullcalendar/react/timegrid';
import classicThemePlugin from '@fullcalendar/react/themes/classic';
import '@fullcalendar/react/skeleton.css';
import '@fullcalendar/react/themes/classic/theme.css';
import '@fullcalendar/react/themes/classic/palette.css';
import { useContext, useEffect, useMemo, useRef } from 'react';
import { clock } from '@/lib/dates';
import { Navigation } from '@/ui/Link';
import { severityOf, severityWords } from '@/ui/severity';
import { describe } from '../describe';
import { gridEvents } from '../gridEvents';
import { useMovingTools, type Moving } from '../Moving';
import type { Calendar, Entry } from '../model';
import classes from './MonthWeek.module.css';

const VIEWS = { month: 'dayGridMonth', week: 'timeGridWeek' };

interface Props {
  view: 'month' | 'week';
  /** A date within the month or week, such as `2026-11-21`. */
  date: string;
  calendar: Calendar;
  zone: string;
}

export function MonthWeek({ view, date, calendar, zone }: Props) {
  const navigate = useContext(Navigation);
  const api = useRef<CalendarRef>(null);
  const events = useMemo(() => gridEvents(calendar, view), [calendar, view]);
  const drag = useGridDrag();
  useEffect(() => {
    // The grid keeps its own date; changing it while React renders would nest two renders.
    const frame = requestAnimationFrame(() => {
      api.current?.getApi().changeView(VIEWS[view], date);
    });
    return () => cancelAnimationFrame(frame);
  }, [view, date]);
  return (
    <div className={classes.frame} data-view={view}>
      <FullCalendar
        ref={api}
        plugins={[dayGridPlugin, timeGridPlugin, interactionPlugin, classicThemePlugin]}
        initialView={VIEWS[view]}
        initialDate={date}
        timeZone={zone}
        locale="en-GB"
        firstDay={1}
        headerToolbar={false}
        height="100%"
        expandRows
        slotDuration="01:00:00"
        scrollTime="00:00:00"
        nowIndicator
        dayMaxEvents
        eventOrder="rank,start,-duration,title"
        slotEventOverlap={false}
        allDaySlot={false}
        eventTimeFormat={{ hour: '2-digit', minute: '2-digit', hour12: false }}
        slotHeaderFormat={{ hour: '2-digit', minute: '2-digit', hour12: false }}
        events={events}
        eventDurationEditable={false}
        {...drag}
        eventContent={(info) => <EventFace info={info} zone={zone} />}
        backgroundEventContent={(info) => (
          <span className={classes.bandName}>{info.isStart ? info.event.title : ''}</span>
        )}
        eventClick={(info) => {
          info.jsEvent.preventDefault();
          if (info.event.url) navigate(info.event.url);
        }}
      />
    </div>
  );
}

const MINUTE_MS = 60_000;

interface Dropped {
  event: Held;
  oldEvent: Held;
  revert: () => void;
}

interface Held {
  start: Date | null;
  extendedProps: object;
}

/** Where an entry is held over the grid, and what happens when it is dropped. */
function useGridDrag() {
  const { hold, save } = useMovingTools();
  const held = (from: Held, to: Date | null): Moving | undefined => {
    const { entry } = from.extendedProps as { entry?: Entry };
    if (!entry || !from.start || !to) return undefined;
    const minutes = Math.round((to.getTime() - from.start.getTime()) / MINUTE_MS);
    return { entry, bar: entry.subject.id, minutes, by: 'pointer' };
  };
  return {
    eventAllow: (over: { start: Date }, event: Held | null) => {
      const moving = event ? held(event, over.start) : undefined;
      // The grid asks while it draws; what is held is shown after that.
      if (moving) queueMicrotask(() => hold(moving));
      return moving !== undefined;
    },
    eventDragStop: () => queueMicrotask(() => hold(undefined)),
    eventDrop: ({ event, oldEvent, revert }: Dropped) => {
      const moving = held(oldEvent, event.start);
      // The grid shows what the server says: the entry stays until it was moved there.
      revert();
      if (moving) save(moving);
    },
  };
}

function hoursOf(entry: Entry): number {
  return (Date.parse(entry.window.end) - Date.parse(entry.window.start)) / 3.6e6;
}

function EventFace({ info, zone }: { info: EventDisplayInfo; zone: string }) {
  const entry = info.event.extendedProps.entry as Entry | undefined;
  if (!entry) return <span className={classes.band}>{info.event.title}</span>;
  const inWeek = info.view.type === VIEWS.week;
  const severity = severityOf(entry);
  return (
    <span
      className={classes.face}
      data-tall={(inWeek && info.isStart && hoursOf(entry) >= 2) || undefined}
      title={describe(entry, zone)}
    >
      {severity && (
        <span className={classes.conflict} data-severity={severity}>
          <span className="visually-hidden">{severityWords(entry)}: </span>
        </span>
      )}
      {info.isStart && !inWeek && (
        <span className={classes.time}>{clock(entry.window.start, zone)}</span>
      )}
      <span className="mono">{entry.subject.number}</span> {entry.subject.name}
    </span>
  );
}
