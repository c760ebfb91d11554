// The same edit on several releases: only what is filled in is written.
import { Select, TagsInput } from '@mantine/core';
import { useState } from 'react';
import type { Choice } from '@/lib/lookup';
import type { Window } from '@/lib/schema';
import { Dialog } from '@/ui/Dialog';
import { PersonPicker, TeamPicker } from '@/ui/Picker';
import type { BulkEditProps } from '@/ui/record/BulkBar';
import { RECORD } from '@/ui/record/texts';
import { wordOf } from '@/ui/texts';
import { WindowField } from '@/ui/WindowField';
import { FIELD, RELEASE } from '../texts';

export function ReleaseBulkEdit({ count, onSubmit, ...dialog }: BulkEditProps) {
  const [owner, setOwner] = useState<Choice | null>(null);
  const [manager, setManager] = useState<Choice | null>(null);
  const [team, setTeam] = useState<Choice | null>(null);
  const [environment, setEnvironment] = useState<string | null>(null);
  const [tags, setTags] = useState<string[]>([]);
  const [window, setWindow] = useState<Window | null>(null);
  const fields = {
    ...(owner ? { owner: owner.value } : {}),
    ...(manager ? { release_manager: manager.value } : {}),
    ...(team ? { team: team.value } : {}),
    ...(environment ? { environment } : {}),
    ...(tags.length > 0 ? { tags } : {}),
    ...(window ? { window } : {}),
  };
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
      <PersonPicker label={FIELD.owner} value={owner} onChange={setOwner} />
      <PersonPicker label={FIELD.manager} value={manager} onChange={setManager} />
      <TeamPicker label={FIELD.team} value={team} onChange={setTeam} />
      <Select
        label={FIELD.environment}
        clearable
        data={RELEASE.environments.map((value) => ({ value, label: wordOf(value) }))}
        value={environment}
        onChange={setEnvironment}
      />
      <TagsInput label={FIELD.tags} value={tags} onChange={setTags} />
      <WindowField label={FIELD.window} value={window} onChange={setWindow} />
    </Dialog>
  );
}
