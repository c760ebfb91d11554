// The bar over the calendar: earlier, today, later, the span in words, its view and filters.
import { ActionIcon, Button, SegmentedControl, Tooltip } from '@mantine/core';
import type { Address } from '@/lib/address';
import { useRegions, useServices, useTeams } from '@/lib/lookup';
import { FilterBar } from '@/ui/FilterBar';
import { Icon } from '@/ui/icons';
import { rangeTitle, SPANS, VIEWS, type CalendarView, type View } from '../view';
import { texts } from '../texts';
import classes from './Toolbar.module.css';

interface Props {
  shown: CalendarView;
  zone: string;
  onStep: (by: 1 | -1) => void;
  onToday: () => void;
  onSpan: (span: string) => void;
}

export function Toolbar({ shown, zone, onStep, onToday, onSpan }: Props) {
  const spans = shown.view === 'timeline' || shown.view === 'list' ? SPANS[shown.view] : [];
  return (
    <div className={classes.bar}>
      <div className={classes.steps}>
        <Tooltip label={texts.earlier}>
          <ActionIcon
            variant="default"
            size={30}
            aria-label={texts.earlier}
            onClick={() => onStep(-1)}
          >
            <Icon name="left" />
          </ActionIcon>
        </Tooltip>
        <Button variant="default" size="xs" onClick={onToday}>
          {texts.today}
        </Button>
        <Tooltip label={texts.later}>
          <ActionIcon
            variant="default"
            size={30}
            aria-label={texts.later}
            onClick={() => onStep(1)}
          >
            <Icon name="right" />
          </ActionIcon>
        </Tooltip>
      </div>
      <h2 className={classes.range} aria-live="polite">
        {rangeTitle(shown, zone)}
      </h2>
      <span className={classes.zone}>{texts.zone(zone)}</span>
      {spans.length > 0 && (
        <SegmentedControl
          size="xs"
          className={classes.spans}
          aria-label={texts.spanLabel}
          value={shown.span}
          onChange={onSpan}
          data={spans.map((span) => ({ value: span, label: texts.spans[span] }))}
        />
      )}
    </div>
  );
}

export function ViewSwitch({ view, onView }: { view: View; onView: (view: string) => void }) {
  return (
    <SegmentedControl
      size="sm"
      aria-label={texts.viewLabel}
      value={view}
      onChange={onView}
      data={VIEWS.map((each) => ({ value: each, label: texts.views[each] }))}
    />
  );
}

interface FiltersProps {
  address: Address;
  onChange: (change: Record<string, string | undefined>) => void;
}

export function Filters({ address, onChange }: FiltersProps) {
  const services = useServices().data?.items ?? [];
  const teams = useTeams().data?.items ?? [];
  const regions = useRegions().data?.items ?? [];
  const named = (each: { id: string; name: string }) => ({ value: each.id, label: each.name });
  return (
    <FilterBar
      address={address}
      onChange={onChange}
      filters={[
        {
          key: 'service',
          label: texts.filters.service,
          options: services.map(named),
          searchable: true,
        },
        { key: 'team', label: texts.filters.team, options: teams.map(named), searchable: true },
        {
          key: 'environment',
          label: texts.filters.environment,
          options: ['production', 'staging', 'test', 'development'],
        },
        {
          key: 'region',
          label: texts.filters.region,
          options: regions.map(({ name }) => ({ value: name, label: name })),
          searchable: true,
        },
      ]}
    />
  );
}
