// The fields of a change in sections: the new form folds what few changes need, an edit shows those
// that it is about.
import { NumberInput } from '@mantine/core';
import type { Form } from '@/lib/forms';
import type { Choice } from '@/lib/lookup';
import {
  FieldSet,
  FoldedSet,
  LongTextField,
  NumberField,
  Pair,
  SelectField,
  TagsField,
  TextField,
} from '@/ui/Form';
import { CisPicker, PersonPicker, ServicesPicker, TeamPicker } from '@/ui/Picker';
import { WindowPlanner } from '@/ui/record/WindowPlanner';
import type { ChangeValues } from '../changeForm';
import { CATEGORIES, ENVIRONMENTS, texts, TYPES } from '../texts';

const { fields, help, sections, sectionHelp } = texts;

interface Props {
  form: Form<ChangeValues>;
  /** Fixed once the change was submitted. */
  typeFixed?: boolean;
}

export function WhatFields({ form, typeFixed }: Props) {
  return (
    <FieldSet title={sections.what}>
      <TextField form={form} name="title" label={fields.title} required max={200} />
      <Pair>
        <SelectField
          form={form}
          name="type"
          label={fields.type}
          help={help.type}
          required
          disabled={typeFixed}
          options={TYPES}
        />
        <SelectField
          form={form}
          name="category"
          label={fields.category}
          options={CATEGORIES}
          clearable
        />
      </Pair>
      <LongTextField
        form={form}
        name="description"
        label={fields.description}
        help={help.description}
      />
      <LongTextField form={form} name="reason" label={fields.reason} help={help.reason} rows={2} />
    </FieldSet>
  );
}

/** What a new change touches; on its page its CIs have a tab of their own. */
export function TouchedFields({ form }: Props) {
  return (
    <FieldSet title={sections.where} help={sectionHelp.where}>
      <Pair>
        <Services form={form} />
        <CisPicker
          name="cis"
          label={fields.cis}
          help={help.cis}
          error={form.errorOf('cis')}
          near={form.values.services.map(valueOf)}
          value={form.values.cis}
          onChange={(cis) => form.set('cis', cis)}
        />
      </Pair>
    </FieldSet>
  );
}

export function WhereFields({ form }: Props) {
  return (
    <FieldSet title={sections.where}>
      <Services form={form} />
      <Impact form={form} />
    </FieldSet>
  );
}

function Services({ form }: Props) {
  return (
    <ServicesPicker
      name="services"
      label={fields.services}
      help={help.services}
      error={form.errorOf('services')}
      value={form.values.services}
      onChange={(services) => form.set('services', services)}
    />
  );
}

export function ImpactFields({ form }: Props) {
  const names: (keyof ChangeValues)[] = ['environment', 'customer_impact', 'tags'];
  // Outages are asked for by service, and so once there is one.
  if (form.values.services.length > 0) names.push('outages');
  return (
    <FoldedSet form={form} title={sections.impact} names={names}>
      <Impact form={form} />
    </FoldedSet>
  );
}

function Impact({ form }: Props) {
  return (
    <>
      <Pair>
        <SelectField
          form={form}
          name="environment"
          label={fields.environment}
          options={ENVIRONMENTS}
        />
        <SelectField
          form={form}
          name="customer_impact"
          label={fields.customer_impact}
          help={help.customer_impact}
          options={texts.impacts}
          clearable
        />
      </Pair>
      <OutageFields form={form} />
      <TagsField form={form} name="tags" label={fields.tags} help={help.tags} />
    </>
  );
}

function OutageFields({ form }: Props) {
  const { services, outages } = form.values;
  if (services.length === 0) return null;
  const set = (service: string, minutes: number | undefined) => {
    const others = Object.entries(outages).filter(([name]) => name !== service);
    const own: [string, number][] = minutes === undefined ? [] : [[service, minutes]];
    form.set('outages', Object.fromEntries([...others, ...own]));
  };
  return (
    <Pair>
      {services.map((service, index) => (
        <NumberInput
          key={service.value}
          id={index === 0 ? 'field-outages' : undefined}
          label={texts.outageOf(service.label)}
          description={index === 0 ? help.outages : undefined}
          error={index === 0 ? form.errorOf('outages') : undefined}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          min={0}
          allowDecimal={false}
          suffix=" min"
          value={outages[service.value] ?? ''}
          onChange={(value) => set(service.value, value === '' ? undefined : Number(value))}
        />
      ))}
    </Pair>
  );
}

export function WhoFields({ form }: Props) {
  return (
    <FieldSet title={sections.who}>
      <People form={form} />
    </FieldSet>
  );
}

export function PeopleFields({ form }: Props) {
  const names: (keyof ChangeValues)[] = ['implementer', 'team', 'people_needed', 'effort_minutes'];
  return (
    <FoldedSet form={form} title={sections.who} names={names}>
      <People form={form} />
    </FoldedSet>
  );
}

function People({ form }: Props) {
  return (
    <>
      <Pair>
        <PersonPicker
          name="implementer"
          label={fields.implementer}
          help={help.implementer}
          error={form.errorOf('implementer')}
          value={form.values.implementer}
          onChange={(implementer) => form.set('implementer', implementer)}
        />
        <TeamPicker
          name="team"
          label={fields.team}
          error={form.errorOf('team')}
          value={form.values.team}
          onChange={(team) => form.set('team', team)}
        />
      </Pair>
      <Pair>
        <NumberField form={form} name="people_needed" label={fields.people_needed} />
        <NumberField form={form} name="effort_minutes" label={fields.effort_minutes} />
      </Pair>
    </>
  );
}

/** `folded` leaves the details of the way back to a section of their own. */
export function PlanFields({ form, folded }: Props & { folded?: boolean }) {
  return (
    <FieldSet title={sections.plans} help={sectionHelp.plans}>
      <LongTextField form={form} name="implementation_plan" label={fields.implementation_plan} />
      <Pair>
        <LongTextField form={form} name="test_plan" label={fields.test_plan} />
        <LongTextField form={form} name="backout_plan" label={fields.backout_plan} />
      </Pair>
      {!folded && <Undo form={form} />}
    </FieldSet>
  );
}

export function UndoFields({ form }: Props) {
  const names: (keyof ChangeValues)[] = ['backout_minutes', 'cannot_be_undone'];
  return (
    <FoldedSet form={form} title={sections.undo} names={names}>
      <Undo form={form} />
    </FoldedSet>
  );
}

function Undo({ form }: Props) {
  return (
    <>
      <Pair>
        <NumberField form={form} name="backout_minutes" label={fields.backout_minutes} />
        <span />
      </Pair>
      <LongTextField
        form={form}
        name="cannot_be_undone"
        label={fields.cannot_be_undone}
        help={help.cannot_be_undone}
        rows={2}
      />
    </>
  );
}

export function WhenFields({ form, subject }: Props & { subject?: string }) {
  const { cis, services, environment } = form.values;
  const named = { cis: cis.map(valueOf), services: services.map(valueOf) };
  return (
    <FieldSet title={sections.when}>
      <WindowPlanner
        label={fields.window}
        help={help.window}
        error={form.errorOf('window')}
        draft={subject ? { subject } : { ...named, environment }}
        value={form.values.window}
        onChange={(window) => form.set('window', window)}
      />
    </FieldSet>
  );
}

function valueOf(choice: Choice): string {
  return choice.value;
}
