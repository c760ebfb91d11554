// Edits what is planned to be told beside what the record says.
import { Checkbox } from '@mantine/core';
import { choiceOf, type Choice } from '@/lib/lookup';
import { useForm } from '@/lib/forms';
import { asProblem } from '@/lib/problem';
import { useWrite } from '@/lib/write';
import { Dialog } from '@/ui/Dialog';
import { ErrorSummary, FieldSet, LongTextField, NumberField, Pair, TextField } from '@/ui/Form';
import { ManyPicker, PersonPicker } from '@/ui/Picker';
import { say } from '@/ui/say';
import { communicationPath, findUserGroups, type Communication } from '../noticeQueries';
import { NOTICES } from '../noticeTexts';

interface Values {
  impact: string;
  action: string;
  downtime_minutes: number | null;
  contact: string;
  groups: Choice[];
  off: string[];
  responsible: Record<string, Choice | null>;
}

function valuesOf(plan: Communication): Values {
  const named = plan.moments.map(({ moment, named, responsible }): [string, Choice | null] => [
    moment,
    named && responsible ? choiceOf(responsible) : null,
  ]);
  return {
    impact: plan.impact,
    action: plan.action,
    downtime_minutes: plan.downtime_minutes ?? null,
    contact: plan.contact,
    groups: plan.groups.filter((each) => each.added).map((each) => choiceOf(each.group)),
    off: plan.moments.filter((each) => each.state === 'off').map((each) => each.moment),
    responsible: Object.fromEntries(named),
  };
}

function fieldsOf(values: Partial<Values>): Record<string, unknown> {
  const { groups, responsible, ...rest } = values;
  const fields: Record<string, unknown> = { ...rest };
  if ('downtime_minutes' in values) fields.downtime_minutes = values.downtime_minutes ?? null;
  if (groups) fields.groups = groups.map((group) => group.value);
  if (responsible) {
    fields.responsible = Object.entries(responsible).flatMap(([moment, person]) =>
      person ? [{ moment, person: person.value }] : [],
    );
  }
  return fields;
}

interface Props {
  plan: Communication;
  number: string;
  onClose: () => void;
}

export function NoticePlanDialog({ plan, number, onClose }: Props) {
  const form = useForm<Values>(valuesOf(plan));
  const write = useWrite(() => {
    say(NOTICES.saved);
    onClose();
  });
  const submit = () =>
    write.mutate(
      {
        method: 'PATCH',
        path: communicationPath(number),
        version: plan.version,
        body: fieldsOf(form.changes()),
      },
      { onError: (error) => form.showErrors(asProblem(error).errors) },
    );
  const { off, responsible } = form.values;
  const leaveOut = (moment: string, isOff: boolean) =>
    form.set('off', isOff ? [...off, moment] : off.filter((each) => each !== moment));
  return (
    <Dialog
      wide
      title={NOTICES.planTitle}
      submit={NOTICES.save}
      busy={write.isPending}
      problem={form.errors.length === 0 ? write.error : undefined}
      onClose={onClose}
      onSubmit={submit}
    >
      <ErrorSummary errors={form.errors} />
      <LongTextField form={form} name="impact" label={NOTICES.impact} />
      <LongTextField form={form} name="action" label={NOTICES.action} rows={2} />
      <Pair>
        <NumberField form={form} name="downtime_minutes" label={NOTICES.downtime} max={20160} />
        <TextField form={form} name="contact" label={NOTICES.contact} max={200} />
      </Pair>
      <ManyPicker
        name="groups"
        label={NOTICES.groups}
        search={findUserGroups}
        error={form.errorOf('groups')}
        value={form.values.groups}
        onChange={(groups) => form.set('groups', groups)}
      />
      <FieldSet title={NOTICES.responsible}>
        {plan.moments.map(({ moment }) => (
          <PersonPicker
            key={moment}
            name={`responsible-${moment}`}
            label={NOTICES.moment[moment] ?? moment}
            value={responsible[moment] ?? null}
            onChange={(person) => form.set('responsible', { ...responsible, [moment]: person })}
          />
        ))}
      </FieldSet>
      <FieldSet title={NOTICES.offLabel} help={NOTICES.offHelp}>
        {plan.moments
          .filter((each) => each.optional)
          .map(({ moment }) => (
            <Checkbox
              key={moment}
              label={NOTICES.moment[moment]}
              checked={off.includes(moment)}
              onChange={(event) => leaveOut(moment, event.currentTarget.checked)}
            />
          ))}
      </FieldSet>
    </Dialog>
  );
}
