// The calendar as lists: all that is planned, the forward schedule of change, projected outages.
import { Button, SegmentedControl } from '@mantine/core';
import { paths } from '@/app/paths';
import { useGo } from '@/lib/address';
import { EmptyState, ErrorState, PartSkeleton } from '@/ui/States';
import type { Calendar } from '../model';
import { useOutages, type CalendarFilters } from '../queries';
import type { Range } from '../range';
import { texts } from '../texts';
import { LISTED, type Listed } from '../view';
import { OutageList } from './OutageList';
import { ScheduleList } from './ScheduleList';
import classes from './Lists.module.css';

const words = texts.lists;

interface SwitchProps {
  listed: Listed;
  onListed: (listed: string) => void;
}

export function ListSwitch({ listed, onListed }: SwitchProps) {
  return (
    <div className={classes.switch}>
      <SegmentedControl
        size="xs"
        aria-label={words.label}
        value={listed}
        onChange={onListed}
        data={LISTED.map((each) => ({ value: each, label: words[each] }))}
      />
      <Button size="xs" variant="default" onClick={() => window.print()}>
        {words.print}
      </Button>
    </div>
  );
}

interface PlannedProps {
  listed: Listed;
  calendar: Calendar;
  zone: string;
  filtered: boolean;
}

export function PlannedList({ listed, calendar, zone, filtered }: PlannedProps) {
  const go = useGo();
  if (calendar.entries.length > 0) return <ScheduleList calendar={calendar} zone={zone} />;
  const forward = listed === 'fsc';
  const empty = forward ? words.emptyFsc : texts.empty;
  return (
    <EmptyState
      icon="calendar"
      title={filtered ? texts.emptyFiltered : empty}
      action={{ label: texts.newChange, run: () => go(paths.newChange) }}
    >
      <p>{forward ? words.emptyFscHelp : texts.emptyHelp}</p>
    </EmptyState>
  );
}

export function ProjectedOutages({ range, filters }: { range: Range; filters: CalendarFilters }) {
  const outages = useOutages(range, filters);
  if (outages.error && !outages.data) {
    return <ErrorState error={outages.error} retry={() => void outages.refetch()} />;
  }
  if (!outages.data) return <PartSkeleton height={320} />;
  if (outages.data.items.length === 0) {
    return (
      <EmptyState icon="calendar" title={words.emptyPso}>
        <p>{words.emptyPsoHelp}</p>
      </EmptyState>
    );
  }
  return (
    <>
      {outages.data.truncated && <p className="soft">{texts.truncated}</p>}
      <OutageList outages={outages.data} />
    </>
  );
}
