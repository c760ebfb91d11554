// Adds or edits a CI; its relations have a dialog of their own.
import { Autocomplete } from '@mantine/core';
import { choiceOf, type Choice } from '@/lib/lookup';
import { fieldId, useForm } from '@/lib/forms';
import { asProblem } from '@/lib/problem';
import { useWrite } from '@/lib/write';
import { Dialog } from '@/ui/Dialog';
import { ErrorSummary, Pair, SelectField, TextField } from '@/ui/Form';
import { ServicePicker } from '@/ui/Picker';
import { ciPath, type Ci } from '../queries';
import { CI_KINDS, ENVIRONMENTS, texts } from '../texts';

interface Values {
  name: string;
  kind: string;
  criticality: string;
  environment: string;
  region: string;
  version_running: string;
  service: Choice | null;
}

const EMPTY: Values = {
  name: '',
  kind: '',
  criticality: '3',
  environment: 'production',
  region: '',
  version_running: '',
  service: null,
};

function valuesOf(ci: Ci): Values {
  return {
    name: ci.name,
    kind: ci.kind,
    criticality: String(ci.criticality),
    environment: ci.environment,
    region: ci.region,
    version_running: ci.version_running,
    service: ci.service ? choiceOf(ci.service) : null,
  };
}

function fieldsOf(values: Partial<Values>): Record<string, unknown> {
  const fields: Record<string, unknown> = { ...values };
  if (values.criticality) fields.criticality = Number(values.criticality);
  if ('service' in values) fields.service = values.service?.value ?? null;
  return fields;
}

interface Props {
  ci?: Ci;
  onClose: () => void;
  onDone: (id: string) => void;
}

export function CiDialog({ ci, onClose, onDone }: Props) {
  const form = useForm<Values>(ci ? valuesOf(ci) : EMPTY);
  const write = useWrite((answer) => onDone(answer.id));
  const submit = () =>
    write.mutate(
      ci
        ? {
            method: 'PATCH',
            path: ciPath(ci.id),
            version: ci.version,
            body: fieldsOf(form.changes()),
          }
        : { path: '/cis', body: fieldsOf(form.values) },
      { onError: (error) => form.showErrors(asProblem(error).errors) },
    );
  const { fields, help } = texts;
  return (
    <Dialog
      wide
      title={ci ? texts.editTitle.ci : texts.newTitle.ci}
      submit={ci ? texts.save : texts.create.ci}
      busy={write.isPending}
      problem={form.errors.length === 0 ? write.error : undefined}
      onClose={onClose}
      onSubmit={submit}
    >
      <ErrorSummary errors={form.errors} />
      <TextField form={form} name="name" label={fields.name} required max={200} />
      <Pair>
        <Autocomplete
          id={fieldId('kind')}
          label={fields.kind}
          description={help.kind}
          error={form.errorOf('kind')}
          data={CI_KINDS}
          maxLength={200}
          value={form.values.kind}
          onChange={(kind) => form.set('kind', kind)}
        />
        <SelectField
          form={form}
          name="criticality"
          label={fields.criticality}
          options={texts.criticality.map((label, index) => ({ value: String(index + 1), label }))}
        />
      </Pair>
      <Pair>
        <SelectField
          form={form}
          name="environment"
          label={fields.environment}
          options={ENVIRONMENTS}
        />
        <TextField form={form} name="region" label={fields.region} max={200} />
      </Pair>
      <TextField form={form} name="version_running" label={fields.version_running} max={200} />
      <ServicePicker
        name="service"
        label={fields.service}
        error={form.errorOf('service')}
        value={form.values.service}
        onChange={(service) => form.set('service', service)}
      />
    </Dialog>
  );
}
