// What the log is narrowed down to: by record, kind, event, person and time, kept in the address.
import { Button, Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useId, useState } from 'react';
import type { Address } from '@/lib/address';
import { get } from '@/lib/client';
import { choiceOf, type Search } from '@/lib/lookup';
import type { Page, Schema } from '@/lib/schema';
import { useZone } from '@/lib/session';
import { toInstant, toWall } from '@/lib/zone';
import { Icon } from '@/ui/icons';
import { OnePicker } from '@/ui/Picker';
import { UI, wordOf } from '@/ui/texts';
import { useTyped } from '@/ui/useTyped';
import { EVERYTHING, GOVERNANCE, KINDS, texts, THEMES } from '../texts';
import classes from './EventFilters.module.css';

type Person = Schema<'Person'>;

const FOUND_MAX = 12;
const KEYS = ['subject', 'kind', 'event', 'person', 'from', 'to'];

interface Props {
  address: Address;
  onChange: (change: Address | Record<string, string | undefined>) => void;
}

/** What the server is asked for; a page without any choice leaves sign-ins out. */
export function asked({ subject, kind, event, person, from, to }: Address) {
  const theme = event ?? (subject ? EVERYTHING : GOVERNANCE);
  return { subject, kind, person, from, to, event: theme === EVERYTHING ? undefined : theme };
}

export function EventFilters({ address, onChange }: Props) {
  const zone = useZone();
  const [open, setOpen] = useState(false);
  const id = useId();
  const active = KEYS.some((key) => address[key]);
  const folded = KEYS.filter((key) => key !== 'subject' && address[key]).length;
  const time = (key: 'from' | 'to') => (
    <TextInput
      type="datetime-local"
      label={texts[key](zone)}
      value={address[key] ? toWall(address[key], zone) : ''}
      onChange={(event) => onChange({ [key]: toInstant(event.currentTarget.value, zone) })}
    />
  );
  return (
    <div className={classes.filters} role="search">
      <Subject address={address} onChange={onChange} />
      <Button
        size="xs"
        variant="default"
        className={classes.fold}
        leftSection={<Icon name="filter" size={14} />}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        {UI.filters(folded)}
      </Button>
      <div id={id} className={classes.folded} data-open={open || undefined}>
        <Select
          label={texts.event}
          allowDeselect={false}
          data={THEMES}
          value={address.event ?? (address.subject ? EVERYTHING : GOVERNANCE)}
          onChange={(event) => onChange({ event: event ?? undefined })}
        />
        <Select
          label={texts.kind}
          clearable
          data={KINDS.map((kind) => ({ value: kind, label: wordOf(kind) }))}
          value={address.kind ?? null}
          onChange={(kind) => onChange({ kind: kind ?? undefined })}
        />
        <Doer address={address} onChange={onChange} />
        {time('from')}
        {time('to')}
        {active && (
          <Button
            variant="subtle"
            color="gray"
            className={classes.clear}
            onClick={() => onChange(Object.fromEntries(KEYS.map((key) => [key, undefined])))}
          >
            {texts.clear}
          </Button>
        )}
      </div>
    </div>
  );
}

function Subject({ address, onChange }: Props) {
  const subject = address.subject ?? '';
  const narrow = useCallback((text: string) => onChange({ subject: text.trim() }), [onChange]);
  const { text, type } = useTyped(subject, narrow);
  return (
    <TextInput
      type="search"
      label={texts.subject}
      placeholder={texts.subjectPlaceholder}
      leftSection={<Icon name="search" size={14} />}
      value={text}
      onChange={(event) => type(event.currentTarget.value)}
    />
  );
}

/** Everyone, also those who left: what they did stands. */
const findAnyone: Search = async (q, signal) => {
  const page = await get<Page<Person>>('/people', { q, limit: FOUND_MAX }, signal);
  return page.items.map(({ id, name, login }) => ({ value: id, label: name, hint: login }));
};

function Doer({ address, onChange }: Props) {
  const id = address.person;
  const person = useQuery({
    queryKey: ['/people', id],
    enabled: id !== undefined,
    queryFn: ({ signal }) =>
      get<Person>(`/people/${encodeURIComponent(id ?? '')}`, undefined, signal),
  });
  const known = person.data ?? { id: id ?? '', name: id ?? '' };
  return (
    <OnePicker
      label={texts.person}
      search={findAnyone}
      value={id ? choiceOf(known) : null}
      onChange={(choice) => onChange({ person: choice?.value })}
    />
  );
}
