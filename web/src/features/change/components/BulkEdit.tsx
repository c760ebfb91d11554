// The same edit on several changes: only what is filled in is written.
import { TagsInput, Select } from '@mantine/core';
import { useState } from 'react';
import type { Choice } from '@/lib/lookup';
import type { Window } from '@/lib/schema';
import { Dialog } from '@/ui/Dialog';
import { PersonPicker, TeamPicker } from '@/ui/Picker';
import type { BulkEditProps } from '@/ui/record/BulkBar';
import { RECORD } from '@/ui/record/texts';
import { wordOf } from '@/ui/texts';
import { WindowField } from '@/ui/WindowField';
import { CATEGORIES, ENVIRONMENTS, texts } from '../texts';

export function BulkEdit({ count, onSubmit, ...dialog }: BulkEditProps) {
  const [implementer, setImplementer] = useState<Choice | null>(null);
  const [team, setTeam] = useState<Choice | null>(null);
  const [environment, setEnvironment] = useState<string | null>(null);
  const [category, setCategory] = useState<string | null>(null);
  const [tags, setTags] = useState<string[]>([]);
  const [window, setWindow] = useState<Window | null>(null);
  const fields = {
    ...(implementer ? { implementer: implementer.value } : {}),
    ...(team ? { team: team.value } : {}),
    ...(environment ? { environment } : {}),
    ...(category ? { category } : {}),
    ...(tags.length > 0 ? { tags } : {}),
    ...(window ? { window } : {}),
  };
  const options = (words: string[]) => words.map((value) => ({ value, label: wordOf(value) }));
  return (
    <Dialog
      wide
      title={RECORD.bulk.editTitle(count)}
      submit={RECORD.bulk.apply}
      disabled={Object.keys(fields).length === 0}
      onSubmit={() => onSubmit(fields)}
      {...dialog}
    >
      <p className="soft">{RECORD.bulk.editHelp}</p>
      <PersonPicker
        label={texts.fields.implementer}
        value={implementer}
        onChange={setImplementer}
      />
      <TeamPicker label={texts.fields.team} value={team} onChange={setTeam} />
      <Select
        label={texts.fields.environment}
        clearable
        data={options(ENVIRONMENTS)}
        value={environment}
        onChange={setEnvironment}
      />
      <Select
        label={texts.fields.category}
        clearable
        data={options(CATEGORIES)}
        value={category}
        onChange={setCategory}
      />
      <TagsInput label={texts.fields.tags} value={tags} onChange={setTags} />
      <WindowField label={texts.fields.window} value={window} onChange={setWindow} />
    </Dialog>
  );
}
