// The actions that follow from a review: in the form, and as they were written.
import { ActionIcon, Button, Checkbox, TextInput } from '@mantine/core';
import { dayOn } from '@/lib/dates';
import { fieldId } from '@/lib/forms';
import type { Schema } from '@/lib/schema';
import { Icon } from '@/ui/icons';
import { PersonPicker } from '@/ui/Picker';
import { UI } from '@/ui/texts';
import { REVIEW } from '../texts';
import classes from './review.module.css';

type ReviewAction = Schema<'ReviewAction'>;

interface Props {
  value: ReviewAction[];
  onChange: (actions: ReviewAction[]) => void;
  error?: string;
}

export function ActionsField({ value, onChange, error }: Props) {
  const set = (index: number, part: Partial<ReviewAction>) =>
    onChange(value.map((each, at) => (at === index ? { ...each, ...part } : each)));
  return (
    <fieldset className={classes.actions} id={fieldId('actions')} tabIndex={-1}>
      <legend>{REVIEW.actions}</legend>
      {value.map((action, index) => (
        <div key={index} className={classes.action}>
          <TextInput
            label={REVIEW.actionTitle}
            maxLength={200}
            value={action.title}
            onChange={(event) => set(index, { title: event.currentTarget.value })}
          />
          <PersonPicker
            label={REVIEW.actionOwner}
            value={
              action.owner
                ? { value: action.owner, label: action.owner_name ?? action.owner }
                : null
            }
            onChange={(person) =>
              set(index, { owner: person?.value ?? null, owner_name: person?.label })
            }
          />
          <TextInput
            type="date"
            label={REVIEW.actionDue}
            value={action.due_on ?? ''}
            onChange={(event) => set(index, { due_on: event.currentTarget.value || null })}
          />
          <Checkbox
            label={REVIEW.actionDone}
            checked={action.done ?? false}
            onChange={(event) => set(index, { done: event.currentTarget.checked })}
          />
          <ActionIcon
            aria-label={`${UI.remove} ${action.title || index + 1}`}
            onClick={() => onChange(value.filter((_, at) => at !== index))}
          >
            <Icon name="close" size={12} />
          </ActionIcon>
        </div>
      ))}
      {error && <p className={classes.error}>{error}</p>}
      <div>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<Icon name="plus" size={12} />}
          onClick={() => onChange([...value, { title: '', done: false }])}
        >
          {REVIEW.addAction}
        </Button>
      </div>
    </fieldset>
  );
}

export function ActionsList({ actions }: { actions: ReviewAction[] }) {
  if (actions.length === 0) return <p className="soft">{REVIEW.noActions}</p>;
  return (
    <ul className={classes.list}>
      {actions.map((action) => (
        <li key={action.title} data-done={action.done || undefined}>
          <span>{action.title}</span>
          <span className="soft">
            {[
              action.owner_name,
              action.due_on && dayOn(action.due_on),
              action.done ? REVIEW.actionDone : '',
            ]
              .filter(Boolean)
              .join(' · ')}
          </span>
        </li>
      ))}
    </ul>
  );
}
