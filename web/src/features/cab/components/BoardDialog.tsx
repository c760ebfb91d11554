// Sets a board up, or edits it.
import { useForm } from '@/lib/forms';
import { choiceOf, type Choice } from '@/lib/lookup';
import { asProblem } from '@/lib/problem';
import type { FieldError, Window } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { toWall } from '@/lib/zone';
import { Dialog } from '@/ui/Dialog';
import { ErrorSummary, NumberField, TagsField, TextField } from '@/ui/Form';
import { PeoplePicker, PersonPicker } from '@/ui/Picker';
import { RuleField } from '@/ui/RuleField';
import { RULE } from '@/ui/ruleTexts';
import { WindowField } from '@/ui/WindowField';
import { boardPath, type Board } from '../queries';
import { BOARD } from '../texts';
import { WordsField } from './WordsField';

interface Values {
  name: string;
  chair: Choice | null;
  members: Choice[];
  roles: string[];
  /** The first meeting; without it the board meets only as called. */
  window: Window | null;
  repeats: string;
  except: string[];
  also: string[];
  hours: number | undefined;
}

function valuesOf(board: Board | undefined): Values {
  const schedule = board?.schedule;
  return {
    name: board?.name ?? '',
    chair: board?.chair ? choiceOf(board.chair) : null,
    members: board?.members.map(choiceOf) ?? [],
    roles: board?.roles ?? ['cab_member'],
    window: schedule?.window ?? null,
    repeats: schedule?.repeats ?? 'weekly',
    except: schedule?.except ?? [],
    also: schedule?.also ?? [],
    hours: schedule ? schedule.cut_off_minutes / 60 : 24,
  };
}

function fieldsOf(values: Values) {
  const { window, repeats, except, also, hours } = values;
  return {
    name: values.name,
    chair: values.chair?.value ?? null,
    members: values.members.map((each) => each.value),
    roles: values.roles,
    schedule: window && {
      window,
      repeats,
      except,
      also,
      cut_off_minutes: Math.round((hours ?? 0) * 60),
    },
  };
}

/** What is wrong with the schedule stands at its own fields. */
function fieldErrors(errors: FieldError[]): FieldError[] {
  return errors.map((error) => {
    const pointer = error.pointer.replace(/^\/schedule(?=\/)/, '');
    return { ...error, pointer: pointer === '/cut_off_minutes' ? '/hours' : pointer };
  });
}

interface Props {
  board?: Board;
  onClose: () => void;
  onDone: () => void;
}

export function BoardDialog({ board, onClose, onDone }: Props) {
  const form = useForm<Values>(valuesOf(board));
  const write = useWrite(onDone);
  const submit = () =>
    write.mutate(
      {
        method: board ? 'PATCH' : 'POST',
        path: board ? boardPath(board.id) : '/boards',
        version: board?.version,
        body: fieldsOf(form.values),
      },
      { onError: (error) => form.showErrors(fieldErrors(asProblem(error).errors)) },
    );
  const { window } = form.values;
  return (
    <Dialog
      wide
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
      <WindowField
        label={BOARD.first}
        help={BOARD.firstHelp}
        minutes={60}
        error={form.errorOf('window')}
        value={window}
        onChange={(next) => form.set('window', next)}
      />
      {window && (
        <>
          <RuleField
            value={form.values.repeats}
            first={toWall(window.start, window.zone ?? 'UTC')}
            error={form.errorOf('repeats')}
            onChange={(repeats) => {
              form.set('repeats', repeats);
              if (repeats === 'none') form.set('except', []);
            }}
          />
          {form.values.repeats !== 'none' && (
            <TagsField form={form} name="except" label={RULE.except} help={RULE.exceptHelp} />
          )}
          <TagsField form={form} name="also" label={RULE.also} help={RULE.alsoHelp} />
          <NumberField form={form} name="hours" label={BOARD.cutOff} suffix=" h" max={336} />
        </>
      )}
    </Dialog>
  );
}
