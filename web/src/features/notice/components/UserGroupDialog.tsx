// Adds or edits a user group.
import { useQuery } from '@tanstack/react-query';
import { get } from '@/lib/client';
import { choiceOf, type Choice } from '@/lib/lookup';
import { useForm } from '@/lib/forms';
import { asProblem } from '@/lib/problem';
import type { Schema } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { ZONES } from '@/lib/dates';
import { Dialog } from '@/ui/Dialog';
import { ErrorSummary, LongTextField, Pair, SelectField, TextField } from '@/ui/Form';
import { PeoplePicker, ServicesPicker } from '@/ui/Picker';
import { ErrorState } from '@/ui/States';
import { AUDIENCES, GROUPS } from '../texts';

type UserGroup = Schema<'UserGroup'>;

interface Values {
  name: string;
  audience: string;
  zone: string | null;
  services: Choice[];
  people: Choice[];
  addresses: string;
}

function valuesOf(group: UserGroup | undefined): Values {
  return {
    name: group?.name ?? '',
    audience: group?.audience ?? 'customers',
    zone: group?.zone ?? null,
    services: group?.services.map(choiceOf) ?? [],
    people: group?.people?.map(choiceOf) ?? [],
    addresses: group?.addresses?.join('\n') ?? '',
  };
}

function fieldsOf(values: Partial<Values>): Record<string, unknown> {
  const fields: Record<string, unknown> = { ...values };
  const ids = (choices: Choice[]) => choices.map((choice) => choice.value);
  if (values.services) fields.services = ids(values.services);
  if (values.people) fields.people = ids(values.people);
  if ('zone' in values) fields.zone = values.zone ?? null;
  if (values.addresses !== undefined) {
    fields.addresses = values.addresses.split(/[\s,;]+/).filter((address) => address !== '');
  }
  return fields;
}

interface Props {
  /** The group to edit; a new one when absent. */
  id?: string;
  onClose: () => void;
  onDone: () => void;
}

/** A group is read whole before it is edited: lists of groups do not say who is in them. */
export function UserGroupDialog({ id, onClose, onDone }: Props) {
  const found = useQuery({
    queryKey: ['/user-groups', id],
    enabled: id !== undefined,
    queryFn: ({ signal }) => get<UserGroup>(`/user-groups/${id}`, {}, signal),
  });
  if (found.error) return <ErrorState error={found.error} />;
  if (id !== undefined && !found.data) return null;
  return <Inside group={found.data} onClose={onClose} onDone={onDone} />;
}

interface InsideProps {
  group?: UserGroup;
  onClose: () => void;
  onDone: () => void;
}

function Inside({ group, onClose, onDone }: InsideProps) {
  const form = useForm<Values>(valuesOf(group));
  const write = useWrite(onDone);
  const submit = () =>
    write.mutate(
      group
        ? {
            method: 'PATCH',
            path: `/user-groups/${group.id}`,
            version: group.version,
            body: fieldsOf(form.changes()),
          }
        : { path: '/user-groups', body: fieldsOf(form.values) },
      { onError: (error) => form.showErrors(asProblem(error).errors) },
    );
  const { fields } = GROUPS;
  return (
    <Dialog
      wide
      title={group ? GROUPS.editTitle : GROUPS.new}
      submit={group ? GROUPS.save : GROUPS.create}
      busy={write.isPending}
      problem={form.errors.length === 0 ? write.error : undefined}
      onClose={onClose}
      onSubmit={submit}
    >
      <ErrorSummary errors={form.errors} />
      <TextField form={form} name="name" label={fields.name} required max={200} />
      <Pair>
        <SelectField form={form} name="audience" label={fields.audience} options={AUDIENCES} />
        <SelectField
          form={form}
          name="zone"
          label={fields.zone}
          options={ZONES.map((zone) => ({ value: zone, label: zone }))}
          searchable
          clearable
        />
      </Pair>
      <ServicesPicker
        name="services"
        label={fields.services}
        error={form.errorOf('services')}
        value={form.values.services}
        onChange={(services) => form.set('services', services)}
      />
      <PeoplePicker
        name="people"
        label={fields.people}
        error={form.errorOf('people')}
        value={form.values.people}
        onChange={(people) => form.set('people', people)}
      />
      <LongTextField form={form} name="addresses" label={fields.addresses} rows={4} />
    </Dialog>
  );
}
