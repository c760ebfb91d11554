// One calendar: timeline by service, month, week and the forward schedule as a list.
import { lazy, Suspense } from 'react';
import { paths } from '@/app/paths';
import { useAddress } from '@/lib/address';
import { useKeys } from '@/lib/keys';
import { useServices } from '@/lib/lookup';
import { useZone } from '@/lib/session';
import { Link } from '@/ui/Link';
import { Page } from '@/ui/Page';
import { ErrorState, PartSkeleton } from '@/ui/States';
import { backlog } from '../backlogTexts';
import { ConflictStrip } from '../components/ConflictStrip';
import { Legend } from '../components/Legend';
import { ListSwitch, PlannedList, ProjectedOutages } from '../components/Lists';
import { MeetingStrip } from '../components/MeetingStrip';
import { Filters, Toolbar, ViewSwitch } from '../components/Toolbar';
import type { Calendar, Service } from '../model';
import { MovingProvider } from '../Moving';
import { useCalendar } from '../queries';
import { step } from '../range';
import { texts } from '../texts';
import type { ServiceLine } from '../timeline/layout';
import { Timeline } from '../timeline/Timeline';
import { readView, type CalendarView } from '../view';
import classes from './CalendarPage.module.css';

const MonthWeek = lazy(() =>
  import('../components/MonthWeek').then((file) => ({ default: file.MonthWeek })),
);

export default function CalendarPage() {
  const zone = useZone();
  const [address, change] = useAddress();
  const shown = readView(address, zone);
  const filters = {
    service: address.service,
    team: address.team,
    environment: address.environment,
    region: address.region,
  };
  const forward = shown.view === 'list' && shown.listed === 'fsc';
  const projected = shown.view === 'list' && shown.listed === 'pso';
  const calendar = useCalendar(shown.range, { ...filters, committed: forward || undefined });
  const onStep = (by: 1 | -1) => change({ date: step(shown.date, shown.span, by, zone) });
  const onToday = () => change({ date: undefined });
  useKeys(texts.keys.group, [
    { keys: 't', label: texts.keys.today, run: onToday },
    { keys: 'ArrowLeft', label: texts.keys.earlier, run: () => onStep(-1) },
    { keys: 'ArrowRight', label: texts.keys.later, run: () => onStep(1) },
    { keys: 'm', label: texts.keys.month, run: () => change({ view: 'month' }) },
    { keys: 'w', label: texts.keys.week, run: () => change({ view: 'week' }) },
    { keys: 's', label: texts.keys.timeline, run: () => change({ view: 'timeline' }) },
    { keys: 'l', label: texts.keys.list, run: () => change({ view: 'list' }) },
  ]);
  const conflicts = calendar.data?.conflicts ?? [];
  return (
    <Page
      title={texts.title}
      wide
      tools={
        <>
          <Link to={paths.backlog}>{backlog.open}</Link>
          <ViewSwitch view={shown.view} onView={(view) => change({ view })} />
        </>
      }
    >
      <div className={classes.bars}>
        <Toolbar
          shown={shown}
          zone={zone}
          onStep={onStep}
          onToday={onToday}
          onSpan={(span) => change({ span })}
        />
        <Filters address={address} onChange={change} />
        {shown.view === 'list' && (
          <ListSwitch listed={shown.listed} onListed={(list) => change({ list })} />
        )}
      </div>
      {projected ? (
        <ProjectedOutages range={shown.range} filters={filters} />
      ) : (
        <>
          <ConflictStrip conflicts={conflicts} />
          {shown.view === 'list' && (
            <MeetingStrip meetings={calendar.data?.meetings ?? []} zone={zone} />
          )}
          {calendar.data?.truncated && <p className={classes.note}>{texts.truncated}</p>}
          <Shown
            shown={shown}
            zone={zone}
            calendar={calendar.data}
            error={calendar.error}
            retry={() => void calendar.refetch()}
            filtered={Object.values(filters).some(Boolean)}
            filters={filters}
          />
        </>
      )}
      {shown.view !== 'list' && <Legend view={shown.view} />}
    </Page>
  );
}

interface ShownProps {
  shown: CalendarView;
  zone: string;
  calendar: Calendar | undefined;
  error: unknown;
  retry: () => void;
  filtered: boolean;
  filters: { service?: string; team?: string };
}

function Shown({ shown, zone, calendar, error, retry, filtered, filters }: ShownProps) {
  const services = useLines(calendar, filters);
  if (error && !calendar) return <ErrorState error={error} retry={retry} />;
  if (!calendar) return <PartSkeleton height={520} />;
  if (shown.view === 'timeline') {
    const { range, span } = shown;
    return (
      <MovingProvider zone={zone}>
        <Timeline {...{ calendar, services, range, span, zone }} />
      </MovingProvider>
    );
  }
  if (shown.view === 'list') {
    return <PlannedList {...{ calendar, zone, filtered, listed: shown.listed }} />;
  }
  return (
    <Suspense fallback={<PartSkeleton height={640} />}>
      <MovingProvider zone={zone}>
        <MonthWeek view={shown.view} date={shown.date} calendar={calendar} zone={zone} />
      </MovingProvider>
    </Suspense>
  );
}

const ALL_SERVICES_MAX = 40;

/** The rows: all services of a small organisation, else those with something planned. */
function useLines(
  calendar: Calendar | undefined,
  filters: { service?: string; team?: string },
): ServiceLine[] {
  const services: Service[] = useServices().data?.items ?? [];
  const busy = new Set(
    calendar?.entries.flatMap((entry) => entry.services.map((service) => service.id)),
  );
  const fits = (service: Service) => {
    if (filters.service) return service.id === filters.service || service.name === filters.service;
    if (filters.team) return service.team?.id === filters.team || busy.has(service.id);
    return services.length <= ALL_SERVICES_MAX || busy.has(service.id);
  };
  return services.filter(fits).map((service) => ({
    service: { id: service.id, name: service.name },
    team: service.team?.name,
  }));
}
