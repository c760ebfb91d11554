// The fields of a change in sections; the new form shows all of them, an edit those it is about.
import { NumberInput } from '@mantine/core';
import type { Form } from '@/lib/forms';
import type { Choice } from '@/lib/lookup';
import {
  FieldSet,
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
      <TextField
        form={form}
        name="title"
        label={fields.title}
        help={help.title}
        required
        max={200}
      />
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
      <LongTextField form={form} name="description" label={fields.description} rows={4} />
      <LongTextField form={form} name="reason" label={fields.reason} />
    </FieldSet>
  );
}

/** `withCis` is for a new change; on the page of a change its CIs have a tab of their own. */
export function WhereFields({ form, withCis }: Props & { withCis?: boolean }) {
  return (
    <FieldSet title={sections.where} help={sectionHelp.where}>
      <ServicesPicker
        name="services"
        label={fields.services}
        help={help.services}
        error={form.errorOf('services')}
        value={form.values.services}
        onChange={(services) => form.set('services', services)}
      />
      {withCis && (
        <CisPicker
          name="cis"
          label={fields.cis}
          help={help.cis}
          error={form.errorOf('cis')}
          value={form.values.cis}
          onChange={(cis) => form.set('cis', cis)}
        />
      )}
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
    </FieldSet>
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
    </FieldSet>
  );
}

export function PlanFields({ form }: Props) {
  return (
    <FieldSet title={sections.plans} help={sectionHelp.plans}>
      <LongTextField
        form={form}
        name="implementation_plan"
        label={fields.implementation_plan}
        rows={5}
      />
      <LongTextField form={form} name="test_plan" label={fields.test_plan} rows={4} />
      <LongTextField form={form} name="backout_plan" label={fields.backout_plan} rows={4} />
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
    </FieldSet>
  );
}

export function WhenFields({ form, subject }: Props & { subject?: string }) {
  const { cis, services, environment } = form.values;
  const named = { cis: cis.map(valueOf), services: services.map(valueOf) };
  return (
    <FieldSet title={sections.when} help={sectionHelp.when}>
      <WindowPlanner
        label={fields.window}
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
