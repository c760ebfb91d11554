// The fields of an incident.
import { TextInput } from '@mantine/core';
import { fieldId, type Form } from '@/lib/forms';
import { findChanges } from '@/lib/lookup';
import { useZone } from '@/lib/session';
import { FieldSet, LongTextField, Pair, SelectField, TextField } from '@/ui/Form';
import { CisPicker, OnePicker, PersonPicker, ServicesPicker } from '@/ui/Picker';
import type { IncidentValues } from '../incidentForm';
import { PRIORITIES, STATES, texts } from '../texts';

const { fields, help, sections } = texts;

export function IncidentFields({ form }: { form: Form<IncidentValues> }) {
  return (
    <>
      <FieldSet title={sections.what}>
        <TextField form={form} name="title" label={fields.title} required max={200} />
        <LongTextField form={form} name="description" label={fields.description} rows={4} />
        <Pair>
          <SelectField
            form={form}
            name="priority"
            label={fields.priority}
            options={PRIORITIES.map((value, index) => ({
              value,
              label: texts.priorities[index] ?? value,
            }))}
          />
          <SelectField form={form} name="state" label={fields.state} options={STATES} />
        </Pair>
      </FieldSet>
      <FieldSet title={sections.when}>
        <Pair>
          <WallField form={form} name="opened_at" />
          <WallField form={form} name="resolved_at" />
        </Pair>
      </FieldSet>
      <FieldSet title={sections.where}>
        <ServicesPicker
          name="services"
          label={fields.services}
          error={form.errorOf('services')}
          value={form.values.services}
          onChange={(services) => form.set('services', services)}
        />
        <CisPicker
          name="cis"
          label={fields.cis}
          error={form.errorOf('cis')}
          value={form.values.cis}
          onChange={(cis) => form.set('cis', cis)}
        />
      </FieldSet>
      <FieldSet title={sections.who}>
        <PersonPicker
          name="assignee"
          label={fields.assignee}
          error={form.errorOf('assignee')}
          value={form.values.assignee}
          onChange={(assignee) => form.set('assignee', assignee)}
        />
        <OnePicker
          search={findChanges}
          name="caused_by"
          label={fields.caused_by}
          help={help.caused_by}
          error={form.errorOf('caused_by')}
          value={form.values.caused_by}
          onChange={(change) => form.set('caused_by', change)}
        />
      </FieldSet>
    </>
  );
}

interface WallProps {
  form: Form<IncidentValues>;
  name: 'opened_at' | 'resolved_at';
}

function WallField({ form, name }: WallProps) {
  const zone = useZone();
  return (
    <TextInput
      id={fieldId(name)}
      type="datetime-local"
      label={`${fields[name]} (${zone})`}
      description={name === 'resolved_at' ? help.resolved_at : undefined}
      error={form.errorOf(name)}
      value={form.values[name]}
      onChange={(event) => form.set(name, event.currentTarget.value)}
    />
  );
}
