// Makes an account, or edits one.
import { MultiSelect, Select, Switch } from '@mantine/core';
import { browserZone, ZONES } from '@/lib/dates';
import { fieldId, useForm } from '@/lib/forms';
import { asProblem } from '@/lib/problem';
import { useWrite } from '@/lib/write';
import { Dialog } from '@/ui/Dialog';
import { ErrorSummary, Pair, TextField } from '@/ui/Form';
import { wordOf } from '@/ui/texts';
import { personPath, type Person } from '../peopleQueries';
import { ROLES, texts } from '../peopleTexts';

interface Values {
  login: string;
  name: string;
  email: string;
  roles: string[];
  zone: string;
  active: boolean;
  password: string;
}

function valuesOf(person: Person | undefined): Values {
  return {
    login: person?.login ?? '',
    name: person?.name ?? '',
    email: person?.email ?? '',
    roles: person?.roles ?? ['requester'],
    zone: person?.zone ?? browserZone(),
    active: person?.active ?? true,
    password: '',
  };
}

interface Props {
  person?: Person;
  onClose: () => void;
  onDone: () => void;
}

export function PersonDialog({ person, onClose, onDone }: Props) {
  const form = useForm<Values>(valuesOf(person));
  const write = useWrite(onDone);
  const submit = () =>
    write.mutate(
      person
        ? {
            method: 'PATCH',
            path: personPath(person.id),
            version: person.version,
            body: form.changes(),
          }
        : { path: '/people', body: form.values },
      { onError: (error) => form.showErrors(asProblem(error).errors) },
    );
  const { fields, help, people } = texts;
  return (
    <Dialog
      wide
      title={person ? people.editTitle(person.name) : people.newTitle}
      submit={person ? people.save : people.create}
      busy={write.isPending}
      problem={form.errors.length === 0 ? write.error : undefined}
      onClose={onClose}
      onSubmit={submit}
    >
      <ErrorSummary errors={form.errors} />
      <Pair>
        <TextField form={form} name="name" label={fields.name} required max={200} />
        <TextField form={form} name="login" label={fields.login} help={help.login} required />
      </Pair>
      <Pair>
        <TextField form={form} name="email" label={fields.email} type="email" max={320} />
        <Select
          id={fieldId('zone')}
          label={fields.zone}
          description={help.zone}
          error={form.errorOf('zone')}
          searchable
          allowDeselect={false}
          limit={60}
          data={ZONES}
          value={form.values.zone}
          onChange={(zone) => zone && form.set('zone', zone)}
        />
      </Pair>
      <MultiSelect
        id={fieldId('roles')}
        label={fields.roles}
        error={form.errorOf('roles')}
        data={ROLES.map((role) => ({ value: role, label: wordOf(role) }))}
        value={form.values.roles}
        onChange={(roles) => form.set('roles', roles)}
      />
      {!person && (
        <TextField
          form={form}
          name="password"
          type="password"
          label={fields.password}
          help={help.password}
          required
        />
      )}
      {person && (
        <Switch
          label={fields.active}
          description={help.active}
          checked={form.values.active}
          onChange={(event) => form.set('active', event.currentTarget.checked)}
        />
      )}
    </Dialog>
  );
}
