// Adds or edits a service.
import { choiceOf, type Choice } from '@/lib/lookup';
import { useForm } from '@/lib/forms';
import { asProblem } from '@/lib/problem';
import { useWrite } from '@/lib/write';
import { Dialog } from '@/ui/Dialog';
import { ErrorSummary, LongTextField, NumberField, SelectField, TextField } from '@/ui/Form';
import { PersonPicker, TeamPicker } from '@/ui/Picker';
import { servicePath, type Service } from '../queries';
import { texts } from '../texts';

interface Values {
  name: string;
  description: string;
  criticality: string;
  owner: Choice | null;
  team: Choice | null;
  data_loss_minutes: number | undefined;
  known_limits: string;
  region: string;
}

const EMPTY: Values = {
  name: '',
  description: '',
  criticality: '3',
  owner: null,
  team: null,
  data_loss_minutes: undefined,
  known_limits: '',
  region: '',
};

function valuesOf(service: Service): Values {
  return {
    name: service.name,
    description: service.description,
    criticality: String(service.criticality),
    owner: service.owner ? choiceOf(service.owner) : null,
    team: service.team ? choiceOf(service.team) : null,
    data_loss_minutes: service.data_loss_minutes ?? undefined,
    known_limits: service.known_limits,
    region: service.region,
  };
}

function serviceFields(values: Partial<Values>): Record<string, unknown> {
  const fields: Record<string, unknown> = { ...values };
  if (values.criticality) fields.criticality = Number(values.criticality);
  if ('owner' in values) fields.owner = values.owner?.value ?? null;
  if ('team' in values) fields.team = values.team?.value ?? null;
  if ('data_loss_minutes' in values) {
    fields.data_loss_minutes = values.data_loss_minutes ?? null;
  }
  return fields;
}

interface Props {
  service?: Service;
  onClose: () => void;
  onDone: (id: string) => void;
}

export function ServiceDialog({ service, onClose, onDone }: Props) {
  const form = useForm<Values>(service ? valuesOf(service) : EMPTY);
  const write = useWrite((answer) => onDone(answer.id));
  const submit = () =>
    write.mutate(
      service
        ? {
            method: 'PATCH',
            path: servicePath(service.id),
            version: service.version,
            body: serviceFields(form.changes()),
          }
        : { path: '/services', body: serviceFields(form.values) },
      { onError: (error) => form.showErrors(asProblem(error).errors) },
    );
  const { fields, help } = texts;
  return (
    <Dialog
      wide
      title={service ? texts.editTitle.service : texts.newTitle.service}
      submit={service ? texts.save : texts.create.service}
      busy={write.isPending}
      problem={form.errors.length === 0 ? write.error : undefined}
      onClose={onClose}
      onSubmit={submit}
    >
      <ErrorSummary errors={form.errors} />
      <TextField form={form} name="name" label={fields.name} required max={200} />
      <LongTextField form={form} name="description" label={fields.description} />
      <SelectField
        form={form}
        name="criticality"
        label={fields.criticality}
        options={texts.criticality.map((label, index) => ({ value: String(index + 1), label }))}
      />
      <PersonPicker
        name="owner"
        label={fields.owner}
        error={form.errorOf('owner')}
        value={form.values.owner}
        onChange={(owner) => form.set('owner', owner)}
      />
      <TeamPicker
        name="team"
        label={fields.team}
        error={form.errorOf('team')}
        value={form.values.team}
        onChange={(team) => form.set('team', team)}
      />
      <TextField form={form} name="region" label={fields.region} help={help.region} max={200} />
      <NumberField
        form={form}
        name="data_loss_minutes"
        label={fields.data_loss_minutes}
        help={help.data_loss_minutes}
      />
      <LongTextField
        form={form}
        name="known_limits"
        label={fields.known_limits}
        help={help.known_limits}
      />
    </Dialog>
  );
}
