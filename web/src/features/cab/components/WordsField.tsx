// Several words out of a few: days, roles.
import { MultiSelect } from '@mantine/core';
import { fieldId } from '@/lib/forms';
import { wordOf } from '@/ui/texts';

interface Props {
  name: string;
  label: string;
  help: string;
  error?: string;
  choices: string[];
  value: string[];
  onChange: (words: string[]) => void;
}

export function WordsField({ name, label, help, error, choices, value, onChange }: Props) {
  const all = [...new Set([...choices, ...value])];
  return (
    <MultiSelect
      id={fieldId(name)}
      label={label}
      description={help}
      error={error}
      data={all.map((word) => ({ value: word, label: wordOf(word) }))}
      value={value}
      onChange={(words) => onChange(all.filter((word) => words.includes(word)))}
    />
  );
}
