// Sets a password: one's own with the old one, another's by whoever keeps people.
import { useForm } from '@/lib/forms';
import { asProblem } from '@/lib/problem';
import { useMe } from '@/lib/session';
import { useWrite } from '@/lib/write';
import { Dialog } from '@/ui/Dialog';
import { ErrorSummary, TextField } from '@/ui/Form';
import { personPath, type Person } from '../peopleQueries';
import { texts } from '../peopleTexts';

interface Props {
  person: Person;
  onClose: () => void;
  onDone: () => void;
}

export function PasswordDialog({ person, onClose, onDone }: Props) {
  const own = useMe().person.id === person.id;
  const form = useForm({ old: '', new: '' });
  const write = useWrite(onDone);
  const submit = () => {
    const { old, new: next } = form.values;
    write.mutate(
      {
        method: 'PUT',
        path: `${personPath(person.id)}/password`,
        version: person.version,
        body: own ? { old, new: next } : { new: next },
      },
      { onError: (error) => form.showErrors(asProblem(error).errors) },
    );
  };
  const { fields, help, people } = texts;
  return (
    <Dialog
      title={people.passwordTitle(person.name)}
      submit={people.password}
      busy={write.isPending}
      problem={form.errors.length === 0 ? write.error : undefined}
      onClose={onClose}
      onSubmit={submit}
    >
      <ErrorSummary errors={form.errors} />
      {own && <TextField form={form} name="old" type="password" label={fields.old} required />}
      <TextField
        form={form}
        name="new"
        type="password"
        label={fields.next}
        help={help.password}
        required
      />
    </Dialog>
  );
}
