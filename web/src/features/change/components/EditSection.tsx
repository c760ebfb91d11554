// A part of a change that can be edited in place: the reading view, or its form.
import { Button } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useForm, type Form as FormState } from '@/lib/forms';
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
  /** What to read. */
  children: ReactNode;
  /** What to edit. */
  fields: (form: FormState<ChangeValues>) => ReactNode;
}

export function EditSection({ change, title, children, fields }: Props) {
  const [editing, setEditing] = useState(false);
  const edit = change.actions.find((action) => action.name === 'edit');
  const refusal = edit && !edit.allowed ? edit.refusal?.detail : undefined;
  if (editing) {
    return (
      <EditForm change={change} title={title} fields={fields} onEnd={() => setEditing(false)} />
    );
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
          onClick={() => setEditing(true)}
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
  onEnd: () => void;
}

function EditForm({ change, title, fields, onEnd }: EditFormProps) {
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
