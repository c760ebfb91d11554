// What a report is of: days, step, team, service, type, size. All of it stands in the address.
import { TextInput } from '@mantine/core';
import type { Address } from '@/lib/address';
import { useServices, useTeams } from '@/lib/lookup';
import { FilterBar } from '@/ui/FilterBar';
import { Link } from '@/ui/Link';
import { wordOf } from '@/ui/texts';
import { queryText } from '@/lib/client';
import { scopeOf, type Report } from '../queries';
import { SIZES, texts } from '../texts';
import classes from './ReportFilters.module.css';

interface Props {
  address: Address;
  onChange: (change: Record<string, string | undefined>) => void;
  report?: Report;
  divisions: { value: string; label: string }[];
  /** Where the same is found as CSV. */
  csv: string;
}

export function ReportFilters({ address, onChange, report, divisions, csv }: Props) {
  const teams = useTeams().data?.items ?? [];
  const services = useServices().data?.items ?? [];
  const named = (each: { id: string; name: string }) => ({ value: each.id, label: each.name });
  // A chosen step belongs to the time that it was chosen in.
  const move = (change: Record<string, string | undefined>) =>
    onChange({ ...change, step: undefined });
  const day = (key: 'from' | 'to', label: string) => (
    <label className={classes.day}>
      {label}
      <TextInput
        type="date"
        size="xs"
        value={address[key] ?? report?.asked[key] ?? ''}
        onChange={(event) => move({ [key]: event.currentTarget.value || undefined })}
      />
    </label>
  );
  return (
    <FilterBar
      address={address}
      onChange={move}
      filters={[
        { key: 'by', label: texts.by, options: divisions },
        { key: 'team', label: texts.team, options: teams.map(named), searchable: true },
        { key: 'service', label: texts.service, options: services.map(named), searchable: true },
        {
          key: 'type',
          label: texts.type,
          options: (report?.types ?? []).map((type) => ({ value: type, label: wordOf(type) })),
        },
        {
          key: 'size',
          label: texts.size,
          options: SIZES.map((size) => ({ value: size, label: wordOf(size) })),
        },
      ]}
    >
      {day('from', texts.from)}
      {day('to', texts.to)}
      <Link
        to={`/api/v1${csv}${queryText({ ...scopeOf(address), format: 'csv' })}`}
        className={classes.csv}
        target="_blank"
        download
      >
        {texts.csv}
      </Link>
    </FilterBar>
  );
}
