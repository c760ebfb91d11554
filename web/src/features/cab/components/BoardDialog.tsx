// Sets a board up, or edits it.
import { useForm } from '@/lib/forms';
import { ZONES } from '@/lib/dates';
import { choiceOf, type Choice } from '@/lib/lookup';
import { asProblem } from '@/lib/problem';
import { useZone } from '@/lib/session';
import { useWrite } from '@/lib/write';
import { Dialog } from '@/ui/Dialog';
import { ErrorSummary, NumberField, Pair, SelectField, TextField } from '@/ui/Form';
import { PeoplePicker, PersonPicker } from '@/ui/Picker';
import { boardPath, type Board } from '../queries';
import { BOARD } from '../texts';
import { WordsField } from './WordsField';
import { CAB } from '../texts';

interface Values {
  name: string;
  chair: Choice | null;
  members: Choice[];
  roles: string[];
  days: string[];
  at: string;
  zone: string;
  minutes: number | undefined;
  hours: number | undefined;
}

function valuesOf(board: Board | undefined, zone: string): Values {
  const schedule = board?.schedule;
  return {
    name: board?.name ?? '',
    chair: board?.chair ? choiceOf(board.chair) : null,
    members: board?.members.map(choiceOf) ?? [],
    roles: board?.roles ?? ['cab_member'],
    days: schedule?.days ?? [],
    at: schedule?.at ?? '10:00',
    zone: schedule?.zone ?? zone,
    minutes: schedule?.minutes ?? 60,
    hours: schedule ? Math.round(schedule.cut_off_minutes / 60) : 24,
  };
}

function fieldsOf(values: Values) {
  const schedule = {
    days: values.days,
    at: values.at,
    zone: values.zone,
    minutes: values.minutes ?? 0,
    cut_off_minutes: (values.hours ?? 0) * 60,
  };
  return {
    name: values.name,
    chair: values.chair?.value ?? null,
    members: values.members.map((each) => each.value),
    roles: values.roles,
    schedule: values.days.length > 0 ? schedule : null,
  };
}

interface Props {
  board?: Board;
  onClose: () => void;
  onDone: () => void;
}

export function BoardDialog({ board, onClose, onDone }: Props) {
  const form = useForm<Values>(valuesOf(board, useZone()));
  const write = useWrite(onDone);
  const submit = () =>
    write.mutate(
      {
        method: board ? 'PATCH' : 'POST',
        path: board ? boardPath(board.id) : '/boards',
        version: board?.version,
        body: fieldsOf(form.values),
      },
      { onError: (error) => form.showErrors(asProblem(error).errors) },
    );
  return (
    <Dialog
      title={board ? BOARD.editTitle : BOARD.newTitle}
      submit={board ? BOARD.save : BOARD.create}
      busy={write.isPending}
      problem={form.errors.length === 0 ? write.error : undefined}
      onClose={onClose}
      onSubmit={submit}
    >
      <ErrorSummary errors={form.errors} />
      <TextField form={form} name="name" label={BOARD.name} required max={200} />
      <PersonPicker
        name="chair"
        label={BOARD.chair}
        help={BOARD.chairHelp}
        error={form.errorOf('chair')}
        value={form.values.chair}
        onChange={(chair) => form.set('chair', chair)}
      />
      <WordsField
        name="roles"
        label={BOARD.roles}
        help={BOARD.rolesHelp}
        error={form.errorOf('roles')}
        choices={BOARD.roleChoices}
        value={form.values.roles}
        onChange={(roles) => form.set('roles', roles)}
      />
      <PeoplePicker
        name="members"
        label={BOARD.members}
        help={BOARD.membersHelp}
        error={form.errorOf('members')}
        value={form.values.members}
        onChange={(members) => form.set('members', members)}
      />
      <WordsField
        name="days"
        label={BOARD.days}
        help={BOARD.daysHelp}
        choices={CAB.days}
        value={form.values.days}
        onChange={(days) => form.set('days', days)}
      />
      <Pair>
        <TextField form={form} name="at" label={BOARD.at} type="time" />
        <SelectField form={form} name="zone" label={BOARD.zone} options={zones()} searchable />
      </Pair>
      <Pair>
        <NumberField form={form} name="minutes" label={BOARD.minutes} suffix=" min" min={5} />
        <NumberField form={form} name="hours" label={BOARD.cutOff} suffix=" h" max={336} />
      </Pair>
    </Dialog>
  );
}

function zones() {
  return ZONES.map((zone) => ({ value: zone, label: zone }));
}
