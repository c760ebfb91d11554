// The same edit on several records: only what is filled in is written.
import { Select, TagsInput } from '@mantine/core';
import { useState } from 'react';
import type { Choice } from '@/lib/lookup';
import type { Window } from '@/lib/schema';
import { Dialog } from '../Dialog';
import { PersonPicker, TeamPicker } from '../Picker';
import { wordOf } from '../texts';
import { WindowField } from '../WindowField';
import { RECORD } from './texts';
import classes from './BulkBar.module.css';

/** A field of the API with what it is called. */
type Labelled = [field: string, label: string];

/** A record as people know it. */
export interface Named {
  number: string;
  title: string;
}

/** What may be edited at once, beside the team, the tags and the window. */
export interface BulkFields {
  people: Labelled[];
  words: [...Labelled, options: string[]][];
  labels: { team: string; tags: string; window: string };
}

interface Props {
  fields: BulkFields;
  records: Named[];
  busy: boolean;
  problem: unknown;
  onClose: () => void;
  onSubmit: (fields: Record<string, unknown>) => void;
}

export function BulkEdit({ fields, records, onSubmit, ...dialog }: Props) {
  const [chosen, setChosen] = useState<Record<string, Choice | null>>({});
  const [words, setWords] = useState<Record<string, string | null>>({});
  const [tags, setTags] = useState<string[]>([]);
  const [window, setWindow] = useState<Window | null>(null);
  const choose = (field: string) => (value: Choice | null) =>
    setChosen({ ...chosen, [field]: value });
  const given = {
    ...Object.fromEntries(Object.entries(chosen).map(([field, choice]) => [field, choice?.value])),
    ...words,
    ...(tags.length > 0 ? { tags } : {}),
    ...(window ? { window } : {}),
  };
  const filled = Object.fromEntries(Object.entries(given).filter(([, value]) => value));
  return (
    <Dialog
      wide
      title={RECORD.bulk.editTitle(records.length)}
      submit={RECORD.bulk.apply}
      disabled={Object.keys(filled).length === 0}
      onSubmit={() => onSubmit(filled)}
      {...dialog}
    >
      <Records records={records} />
      <p className="soft">{RECORD.bulk.editHelp}</p>
      {fields.people.map(([field, label]) => (
        <PersonPicker
          key={field}
          label={label}
          value={chosen[field] ?? null}
          onChange={choose(field)}
        />
      ))}
      <TeamPicker
        label={fields.labels.team}
        value={chosen.team ?? null}
        onChange={choose('team')}
      />
      {fields.words.map(([field, label, options]) => (
        <Select
          key={field}
          label={label}
          clearable
          data={options.map((value) => ({ value, label: wordOf(value) }))}
          value={words[field] ?? null}
          onChange={(value) => setWords({ ...words, [field]: value })}
        />
      ))}
      <TagsInput
        label={fields.labels.tags}
        description={RECORD.bulk.tagsHelp}
        value={tags}
        onChange={setTags}
      />
      <WindowField label={fields.labels.window} value={window} onChange={setWindow} />
    </Dialog>
  );
}

/** Which records it is about, so that nothing is written to one that was chosen by mistake. */
export function Records({ records }: { records: Named[] }) {
  return (
    <ul className={classes.records} aria-label={RECORD.bulk.which} tabIndex={0}>
      {records.map(({ number, title }) => (
        <li key={number}>
          <span className="mono soft">{number}</span> {title}
        </li>
      ))}
    </ul>
  );
}
