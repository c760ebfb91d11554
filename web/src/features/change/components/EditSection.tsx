// A part of a change that can be edited in place: the reading view, or its form.
import { Button } from '@mantine/core';
import { useEffect, useState, type ReactNode } from 'react';
import { useAddress } from '@/lib/address';
import { fieldId, useForm, type Form as FormState } from '@/lib/forms';
import { asProblem } from '@/lib/problem';
import { useWrite } from '@/lib/write';
import { Form } from '@/ui/Form';
import { Section } from '@/ui/Page';
import { say } from '@/ui/say';
import { fieldsOf, valuesOf, type ChangeValues } from '../changeForm';
import { changePath, type Change } from '../queries';
import { texts } from '../texts';

interface Props {
  change: Change;
  title: string;
  /** The fields of its form: an address that asks for one of them opens it there. */
  names: string[];
  /** What to read. */
  children: ReactNode;
  /** What to edit. */
  fields: (form: FormState<ChangeValues>) => ReactNode;
}

export function EditSection({ change, title, names, children, fields }: Props) {
  const [opened, setOpened] = useState(false);
  const [address, setAddress] = useAddress();
  const edit = change.actions.find((action) => action.name === 'edit');
  const refusal = edit && !edit.allowed ? edit.refusal?.detail : undefined;
  const asked = names.find((name) => name === address.edit && refusal === undefined);
  if (opened || asked) {
    const end = () => {
      setOpened(false);
      setAddress({ edit: undefined });
    };
    return <EditForm change={change} title={title} fields={fields} at={asked} onEnd={end} />;
  }
  return (
    <Section
      title={title}
      aside={
        <Button
          size="compact-sm"
          variant="default"
          disabled={refusal !== undefined}
          title={refusal}
          onClick={() => setOpened(true)}
        >
          {texts.edit}
        </Button>
      }
    >
      {children}
    </Section>
  );
}

interface EditFormProps {
  change: Change;
  title: string;
  fields: Props['fields'];
  /** The field that is wanted. */
  at?: string;
  onEnd: () => void;
}

function EditForm({ change, title, fields, at, onEnd }: EditFormProps) {
  useEffect(() => {
    if (at) document.getElementById(fieldId(at))?.focus();
  }, [at]);
  // A draft belongs to the version it was written against.
  const key = `${change.id}:${change.version}:${title}`;
  const form = useForm<ChangeValues>(valuesOf(change), key);
  const end = () => {
    form.reset();
    onEnd();
  };
  const write = useWrite(() => {
    say(texts.saved);
    end();
  });
  const save = () => {
    const changed = form.changes();
    if (Object.keys(changed).length === 0) return end();
    write.mutate(
      {
        method: 'PATCH',
        path: changePath(change.id),
        version: change.version,
        body: fieldsOf(changed),
      },
      { onError: (error) => form.showErrors(asProblem(error).errors) },
    );
  };
  return (
    <Section title={title}>
      <Form
        onSubmit={save}
        submit={texts.save}
        busy={write.isPending}
        errors={form.errors}
        problem={write.error}
        onCancel={end}
      >
        {fields(form)}
      </Form>
    </Section>
  );
}
