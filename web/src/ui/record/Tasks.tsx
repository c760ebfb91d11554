// Tasks of a record: what, who, by when, after which; ticked off in place.
import { Checkbox, MultiSelect, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import type { Choice } from '@/lib/lookup';
import type { Schema } from '@/lib/schema';
import { useZone } from '@/lib/session';
import { useWrite } from '@/lib/write';
import { toInstant } from '@/lib/zone';
import { actionOf, verbs } from '../actions';
import { ActionButton } from '../Actions';
import { Dialog } from '../Dialog';
import { Section } from '../Page';
import { PersonPicker } from '../Picker';
import { ProblemNote } from '../States';
import { Time } from '../Time';
import { RECORD } from './texts';
import classes from './record.module.css';

interface Props {
  record: { tasks: Schema<'Task'>[]; version: number; actions: Schema<'Action'>[] };
  path: string;
}

export function Tasks({ record, path }: Props) {
  const { tasks, version, actions } = record;
  const [adding, dialog] = useDisclosure();
  const write = useWrite();
  const tick = (task: Schema<'Task'>) =>
    write.mutate({
      method: 'PATCH',
      path: `${path}/tasks/${task.number}`,
      body: { done: !task.done },
      version,
    });
  const tickable = actionOf(actions, 'edit_task')?.allowed;
  const done = tasks.filter((task) => task.done).length;
  return (
    <Section
      title={RECORD.tasks}
      aside={
        <>
          {tasks.length > 0 && (
            <span className="num">
              {done} of {tasks.length} done
            </span>
          )}
          {verbs(actions, { add_task: { label: RECORD.addTask, run: dialog.open } }).map((add) => (
            <ActionButton key={add.name} item={add} size="compact-sm" />
          ))}
        </>
      }
    >
      <ProblemNote error={write.error} />
      {tasks.length === 0 && <p className="soft">{RECORD.noTasks}</p>}
      <ul className={classes.tasks}>
        {tasks.map((task) => (
          <li key={task.number} data-done={task.done || undefined}>
            <Checkbox
              size="sm"
              checked={task.done}
              disabled={write.isPending || !tickable}
              onChange={() => tick(task)}
              label={`${task.number}. ${task.title}`}
            />
            <span className={classes.taskFacts}>
              {task.required && <span>{RECORD.requiredMark}</span>}
              {task.assignee && <span>{task.assignee.name}</span>}
              {task.after.length > 0 && <span>after {task.after.join(', ')}</span>}
              {task.due_at && !task.done && <Time at={task.due_at} />}
              {task.done_at && <Time at={task.done_at} />}
            </span>
          </li>
        ))}
      </ul>
      {adding && <NewTask record={record} path={path} onClose={dialog.close} />}
    </Section>
  );
}

function NewTask({ record, path, onClose }: Props & { onClose: () => void }) {
  const { tasks, version } = record;
  const zone = useZone();
  const [title, setTitle] = useState('');
  const [assignee, setAssignee] = useState<Choice | null>(null);
  const [due, setDue] = useState('');
  const [after, setAfter] = useState<string[]>([]);
  const [required, setRequired] = useState(false);
  const write = useWrite(onClose);
  const submit = () =>
    write.mutate({
      path: `${path}/tasks`,
      version,
      body: {
        title: title.trim(),
        required,
        after: after.map(Number),
        ...(assignee ? { assignee: assignee.value } : {}),
        ...(due ? { due_at: toInstant(due, zone) } : {}),
      },
    });
  return (
    <Dialog
      title={RECORD.newTask}
      submit={RECORD.addTask}
      onClose={onClose}
      onSubmit={submit}
      busy={write.isPending}
      problem={write.error}
      disabled={title.trim() === ''}
    >
      <TextInput
        data-autofocus
        label={RECORD.taskTitle}
        maxLength={200}
        value={title}
        onChange={(event) => setTitle(event.currentTarget.value)}
      />
      <PersonPicker label={RECORD.assignee} value={assignee} onChange={setAssignee} />
      <TextInput
        type="datetime-local"
        label={`${RECORD.due} (${zone})`}
        value={due}
        onChange={(event) => setDue(event.currentTarget.value)}
      />
      {tasks.length > 0 && (
        <MultiSelect
          label={RECORD.after}
          data={tasks.map((task) => ({
            value: String(task.number),
            label: `${task.number}. ${task.title}`,
          }))}
          value={after}
          onChange={setAfter}
        />
      )}
      <Checkbox
        label={RECORD.required}
        checked={required}
        onChange={(event) => setRequired(event.currentTarget.checked)}
      />
    </Dialog>
  );
}
