// Fields of several rows: milestones and the package.
import { ActionIcon, Button, Checkbox, Select, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { fieldId } from '@/lib/forms';
import { useServices } from '@/lib/lookup';
import type { Schema } from '@/lib/schema';
import { useZone } from '@/lib/session';
import { toInstant, toWall } from '@/lib/zone';
import { Icon } from '@/ui/icons';
import { UI } from '@/ui/texts';
import { FIELD } from '../texts';
import classes from './fields.module.css';

interface RowsProps<Row> {
  name: string;
  label: string;
  help?: string;
  error?: string;
  add: string;
  value: Row[];
  fresh: Row;
  onChange: (rows: Row[]) => void;
  look: string;
  row: (row: Row, set: (part: Partial<Row>) => void, index: number) => ReactNode;
}

function Rows<Row extends object>(props: RowsProps<Row>) {
  const { value, onChange } = props;
  const set = (index: number, part: Partial<Row>) =>
    onChange(value.map((each, at) => (at === index ? { ...each, ...part } : each)));
  return (
    <fieldset className={classes.rows} id={fieldId(props.name)} tabIndex={-1}>
      <legend className={classes.legend}>{props.label}</legend>
      {props.help && <p className={classes.help}>{props.help}</p>}
      {value.map((row, index) => (
        <div key={index} className={props.look}>
          {props.row(row, (part) => set(index, part), index)}
          <ActionIcon
            aria-label={`${UI.remove} ${props.label} ${index + 1}`}
            onClick={() => onChange(value.filter((_, at) => at !== index))}
          >
            <Icon name="close" size={12} />
          </ActionIcon>
        </div>
      ))}
      {props.error && <p className={classes.error}>{props.error}</p>}
      <div>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<Icon name="plus" size={12} />}
          onClick={() => onChange([...value, props.fresh])}
        >
          {props.add}
        </Button>
      </div>
    </fieldset>
  );
}

interface FieldProps<Row> {
  value: Row[];
  onChange: (rows: Row[]) => void;
  error?: string;
}

export function MilestonesField(props: FieldProps<Schema<'Milestone'>>) {
  const zone = useZone();
  return (
    <Rows
      {...props}
      name="milestones"
      label={FIELD.milestones}
      add={FIELD.addMilestone}
      fresh={{ name: '' }}
      look={classes.milestone ?? ''}
      row={(row, set, index) => (
        <>
          <TextInput
            size="xs"
            aria-label={`${FIELD.milestoneName} ${index + 1}`}
            placeholder={FIELD.milestoneName}
            value={row.name}
            maxLength={200}
            onChange={(event) => set({ name: event.currentTarget.value })}
          />
          <TextInput
            size="xs"
            type="datetime-local"
            aria-label={`${FIELD.milestoneAt} ${index + 1} (${zone})`}
            value={toWall(row.at ?? undefined, zone)}
            onChange={(event) =>
              set({
                at: toInstant(event.currentTarget.value, zone),
                hours_before_start: undefined,
                hours_after_end: undefined,
              })
            }
          />
          <Checkbox
            size="xs"
            label={FIELD.milestoneReached}
            checked={row.reached ?? false}
            onChange={(event) => set({ reached: event.currentTarget.checked })}
          />
        </>
      )}
    />
  );
}

const KINDS = [
  { value: 'artifact', label: 'Artifact' },
  { value: 'configuration', label: 'Configuration' },
  { value: 'hardware', label: 'Hardware' },
];

export function PackageField(props: FieldProps<Schema<'PackageItem'>>) {
  const services = (useServices().data?.items ?? []).map((service) => service.name);
  return (
    <Rows
      {...props}
      name="package"
      label={FIELD.package}
      help={FIELD.packageHelp}
      add={FIELD.addPackage}
      fresh={{ kind: 'artifact', name: '', version: '' }}
      look={classes.package ?? ''}
      row={(row, set, index) => (
        <>
          <Select
            size="xs"
            aria-label={`${FIELD.packageKind} ${index + 1}`}
            allowDeselect={false}
            data={KINDS}
            value={row.kind}
            onChange={(kind) => kind && set({ kind })}
          />
          <TextInput
            size="xs"
            aria-label={`${FIELD.packageName} ${index + 1}`}
            placeholder={FIELD.packageName}
            value={row.name}
            maxLength={200}
            onChange={(event) => set({ name: event.currentTarget.value })}
          />
          <TextInput
            size="xs"
            aria-label={`${FIELD.packageVersion} ${index + 1}`}
            placeholder={FIELD.packageVersion}
            value={row.version ?? ''}
            maxLength={200}
            onChange={(event) => set({ version: event.currentTarget.value })}
          />
          <TextInput
            size="xs"
            className="mono"
            aria-label={`${FIELD.packageDigest} ${index + 1}`}
            placeholder="sha256:…"
            disabled={row.kind !== 'artifact'}
            value={row.digest ?? ''}
            maxLength={200}
            onChange={(event) => set({ digest: event.currentTarget.value })}
          />
          <Select
            size="xs"
            aria-label={`${FIELD.packageService} ${index + 1}`}
            placeholder={FIELD.packageService}
            clearable
            searchable
            comboboxProps={{ width: 'max-content' }}
            data={services}
            value={row.service ?? null}
            onChange={(service) => set({ service: service ?? undefined })}
          />
          <TextInput
            size="xs"
            aria-label={`${FIELD.packageCi} ${index + 1}`}
            placeholder={FIELD.packageCi}
            value={row.ci ?? ''}
            maxLength={200}
            onChange={(event) => set({ ci: event.currentTarget.value || undefined })}
          />
        </>
      )}
    />
  );
}
