// Adds or edits a team.
import { choiceOf, type Choice } from '@/lib/lookup';
import { useForm } from '@/lib/forms';
import { asProblem } from '@/lib/problem';
import { useWrite } from '@/lib/write';
import { Dialog } from '@/ui/Dialog';
import { ErrorSummary, LongTextField, TextField } from '@/ui/Form';
import { PeoplePicker } from '@/ui/Picker';
import { teamPath, type Team } from '../queries';
import { texts } from '../texts';

interface Values {
  name: string;
  description: string;
  members: Choice[];
}

function valuesOf(team: Team | undefined): Values {
  return {
    name: team?.name ?? '',
    description: team?.description ?? '',
    members: team?.members.map(choiceOf) ?? [],
  };
}

function fieldsOf(values: Partial<Values>): Record<string, unknown> {
  const members = values.members?.map((each) => each.value);
  return { ...values, ...(members ? { members } : {}) };
}

interface Props {
  team?: Team;
  onClose: () => void;
  onDone: () => void;
}

export function TeamDialog({ team, onClose, onDone }: Props) {
  const form = useForm<Values>(valuesOf(team));
  const write = useWrite(onDone);
  const submit = () =>
    write.mutate(
      team
        ? {
            method: 'PATCH',
            path: teamPath(team.id),
            version: team.version,
            body: fieldsOf(form.changes()),
          }
        : { path: '/teams', body: fieldsOf(form.values) },
      { onError: (error) => form.showErrors(asProblem(error).errors) },
    );
  return (
    <Dialog
      title={team ? texts.editTitle : texts.newTitle}
      submit={team ? texts.save : texts.create}
      busy={write.isPending}
      problem={form.errors.length === 0 ? write.error : undefined}
      onClose={onClose}
      onSubmit={submit}
    >
      <ErrorSummary errors={form.errors} />
      <TextField form={form} name="name" label={texts.fields.name} required max={200} />
      <LongTextField form={form} name="description" label={texts.fields.description} />
      <PeoplePicker
        name="members"
        label={texts.fields.members}
        error={form.errorOf('members')}
        value={form.values.members}
        onChange={(members) => form.set('members', members)}
      />
    </Dialog>
  );
}
