// Tasks of a record: what, who, by when, after which; ticked off in place, edited and removed.
import { ActionIcon, Button, Checkbox, MultiSelect, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { choiceOf } from '@/lib/lookup';
import type { Schema } from '@/lib/schema';
import { useZone } from '@/lib/session';
import { useWrite } from '@/lib/write';
import { toInstant, toWall } from '@/lib/zone';
import { actionOf, verbs } from '../actions';
import { ActionButton } from '../Actions';
import { Dialog } from '../Dialog';
import { Icon } from '../icons';
import { Section } from '../Page';
import { PersonPicker, TeamPicker } from '../Picker';
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
  const [editing, setEditing] = useState<number>();
  const edited = tasks.find((task) => task.number === editing);
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
            <ActionButton key={add.name} offered item={add} size="compact-sm" />
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
              {task.team && <span>{task.team.name}</span>}
              {task.after.length > 0 && <span>after {task.after.join(', ')}</span>}
              {task.due_at && !task.done && <Time at={task.due_at} />}
              {task.done_at && <Time at={task.done_at} />}
              {tickable && (
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size="sm"
                  aria-label={RECORD.editTask(task.number)}
                  onClick={() => setEditing(task.number)}
                >
                  <Icon name="more" size={14} />
                </ActionIcon>
              )}
            </span>
          </li>
        ))}
      </ul>
      {adding && <TaskDialog record={record} path={path} onClose={dialog.close} />}
      {edited && (
        <TaskDialog
          key={edited.number}
          record={record}
          path={path}
          task={edited}
          onClose={() => setEditing(undefined)}
        />
      )}
    </Section>
  );
}

type DialogProps = Props & {
  /** The one that is edited; none for a new one. */
  task?: Schema<'Task'>;
  onClose: () => void;
};

function TaskDialog({ record, path, task, onClose }: DialogProps) {
  const { tasks, version } = record;
  const zone = useZone();
  const before = {
    title: task?.title ?? '',
    assignee: task?.assignee ? choiceOf(task.assignee) : null,
    team: task?.team ? choiceOf(task.team) : null,
    due: toWall(task?.due_at, zone),
    after: (task?.after ?? []).map(String),
    required: task?.required ?? false,
  };
  const [now, setNow] = useState(before);
  const put = (some: Partial<typeof before>) => setNow((then) => ({ ...then, ...some }));
  const write = useWrite(onClose);
  const one = `${path}/tasks${task ? `/${task.number}` : ''}`;
  const submit = () => {
    const text = (field: 'title' | 'due') => now[field].trim() !== before[field];
    const choice = (field: 'assignee' | 'team') => now[field]?.value !== before[field]?.value;
    const body = {
      ...(text('title') ? { title: now.title.trim() } : {}),
      ...(choice('assignee') ? { assignee: now.assignee?.value ?? null } : {}),
      ...(choice('team') ? { team: now.team?.value ?? null } : {}),
      ...(text('due') ? { due_at: toInstant(now.due, zone) ?? null } : {}),
      after: now.after.map(Number),
      required: now.required,
    };
    write.mutate({ method: task ? 'PATCH' : 'POST', path: one, version, body });
  };
  return (
    <Dialog
      title={task ? RECORD.editTask(task.number) : RECORD.newTask}
      submit={task ? RECORD.saveTask : RECORD.addTask}
      onClose={onClose}
      onSubmit={submit}
      busy={write.isPending}
      problem={write.error}
      disabled={now.title.trim() === ''}
    >
      <TextInput
        data-autofocus
        label={RECORD.taskTitle}
        maxLength={200}
        value={now.title}
        onChange={(event) => put({ title: event.currentTarget.value })}
      />
      <PersonPicker
        label={RECORD.assignee}
        value={now.assignee}
        onChange={(assignee) => put({ assignee })}
      />
      <TeamPicker label={RECORD.team} value={now.team} onChange={(team) => put({ team })} />
      <TextInput
        type="datetime-local"
        label={`${RECORD.due} (${zone})`}
        value={now.due}
        onChange={(event) => put({ due: event.currentTarget.value })}
      />
      {tasks.length > (task ? 1 : 0) && (
        <MultiSelect
          label={RECORD.after}
          data={tasks
            .filter((each) => each.number !== task?.number)
            .map((each) => ({
              value: String(each.number),
              label: `${each.number}. ${each.title}`,
            }))}
          value={now.after}
          onChange={(after) => put({ after })}
        />
      )}
      <Checkbox
        label={RECORD.required}
        checked={now.required}
        onChange={(event) => put({ required: event.currentTarget.checked })}
      />
      {task && (
        <Button
          variant="subtle"
          color="red"
          size="compact-sm"
          disabled={write.isPending}
          onClick={() => write.mutate({ method: 'DELETE', path: one, version })}
        >
          {RECORD.removeTask}
        </Button>
      )}
    </Dialog>
  );
}
