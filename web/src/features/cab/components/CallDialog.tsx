// Calls a meeting outside the schedule, and opens it.
import { useForm } from '@/lib/forms';
import { asProblem } from '@/lib/problem';
import type { Window } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { Dialog } from '@/ui/Dialog';
import { ErrorSummary, NumberField, SelectField } from '@/ui/Form';
import { WindowField } from '@/ui/WindowField';
import type { Board } from '../queries';
import { CALL } from '../texts';

interface Values {
  board: string | undefined;
  window: Window | null;
  before: number | undefined;
}

interface Props {
  boards: Board[];
  onClose: () => void;
  onDone: (meeting: string) => void;
}

export function CallDialog({ boards, onClose, onDone }: Props) {
  const form = useForm<Values>({ board: boards[0]?.id, window: null, before: 0 });
  const write = useWrite((answer) => onDone(answer.number ?? answer.id));
  const { board, window, before } = form.values;
  const start = window ? Date.parse(window.start) : undefined;
  const cutOff = start && new Date(start - (before ?? 0) * 60_000).toISOString();
  const submit = () =>
    write.mutate(
      { path: '/meetings', body: { board, window: window ?? undefined, cut_off: cutOff } },
      { onError: (error) => form.showErrors(asProblem(error).errors) },
    );
  return (
    <Dialog
      title={CALL.title}
      submit={CALL.submit}
      busy={write.isPending}
      disabled={!window}
      problem={form.errors.length === 0 ? write.error : undefined}
      onClose={onClose}
      onSubmit={submit}
      wide
    >
      <ErrorSummary errors={form.errors} />
      <SelectField
        form={form}
        name="board"
        label={CALL.board}
        options={boards.map((each) => ({ value: each.id, label: each.name }))}
      />
      <WindowField
        label={CALL.window}
        required
        value={window}
        onChange={(next) => form.set('window', next)}
        error={form.errorOf('window')}
      />
      <NumberField form={form} name="before" label={CALL.cutOff} suffix=" min" max={20160} />
    </Dialog>
  );
}
