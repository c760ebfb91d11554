// The release team: people and what each of them does in it.
import { ActionIcon, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Choice } from '@/lib/lookup';
import { Icon } from '@/ui/icons';
import { PersonPicker } from '@/ui/Picker';
import { UI } from '@/ui/texts';
import { FIELD } from '../texts';
import classes from './fields.module.css';

type Member = Choice & { role: string };

interface Props {
  value: Member[];
  onChange: (members: Member[]) => void;
  error?: string;
}

export function MembersField({ value, onChange, error }: Props) {
  const [round, setRound] = useState(0);
  const add = (choice: Choice | null) => {
    if (!choice || value.some((each) => each.value === choice.value)) return;
    onChange([...value, { ...choice, role: '' }]);
    // A fresh picker is empty again.
    setRound(round + 1);
  };
  const setRole = (index: number, role: string) =>
    onChange(value.map((each, at) => (at === index ? { ...each, role } : each)));
  return (
    <div className={classes.rows}>
      <PersonPicker
        key={round}
        name="members"
        label={FIELD.members}
        value={null}
        error={error}
        onChange={add}
      />
      {value.map((member, index) => (
        <div key={member.value} className={classes.member}>
          <span>{member.label}</span>
          <TextInput
            size="xs"
            aria-label={`Role of ${member.label}`}
            placeholder="as what"
            value={member.role}
            maxLength={200}
            onChange={(event) => setRole(index, event.currentTarget.value)}
          />
          <ActionIcon
            aria-label={`${UI.remove} ${member.label}`}
            onClick={() => onChange(value.filter((_, at) => at !== index))}
          >
            <Icon name="close" size={12} />
          </ActionIcon>
        </div>
      ))}
    </div>
  );
}
