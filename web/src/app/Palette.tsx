// Search and commands in one place: what can be done on this page, records by the server's search,
// pages and new records by name.
import { TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useId, useState, type KeyboardEvent } from 'react';
import { useGo } from '@/lib/address';
import { get } from '@/lib/client';
import { useInZone } from '@/lib/inZone';
import type { Page, Schema } from '@/lib/schema';
import type { ActionItem } from '@/ui/actions';
import { shortRefusal } from '@/ui/Actions';
import { Icon } from '@/ui/icons';
import { useOffered } from '@/ui/offered';
import { Sheet } from '@/ui/Sheet';
import { wordOf } from '@/ui/texts';
import { NAVIGATION, SETTINGS } from './navigation';
import { pathOf, paths } from './paths';
import { PAGES, SHELL } from './texts';
import classes from './Palette.module.css';

interface Entry {
  group: string;
  label: string;
  hint?: string;
  /** Where it leads, or what it does; neither where it is refused, and why. */
  to?: string;
  run?: () => void;
  why?: string;
}

const FOUND_MAX = 8;

const COMMANDS: Entry[] = [
  { group: SHELL.create, label: 'New change', hint: 'n c', to: paths.newChange },
  { group: SHELL.create, label: 'New release', hint: 'n r', to: paths.newRelease },
  { group: SHELL.create, label: 'New incident', hint: 'n i', to: paths.newIncident },
  ...NAVIGATION.flat().map((item) => ({
    group: SHELL.goTo,
    label: item.label,
    hint: `g ${item.key}`,
    to: item.to,
  })),
  ...SETTINGS.flatMap(({ parts }) => parts).map((item) => ({
    group: SHELL.goTo,
    label: item.label,
    hint: PAGES.settings,
    to: item.to,
  })),
];

export function Palette({ onClose }: { onClose: () => void }) {
  const go = useGo();
  const id = useId();
  const [text, setText] = useState('');
  // Nothing is chosen before something is typed: Enter alone does nothing.
  const [at, setAt] = useState(-1);
  const entries = useEntries(text);
  const follow = (entry: Entry | undefined) => {
    if (!entry || entry.why !== undefined) return;
    onClose();
    if (entry.to) go(entry.to);
    entry.run?.();
  };
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const from = at < 0 && step === -1 ? 0 : at;
    if (step && entries.length > 0) setAt((from + step + entries.length) % entries.length);
    else if (event.key === 'Enter') follow(entries[at]);
    else return;
    event.preventDefault();
  };
  return (
    <Sheet title={SHELL.palette} hideTitle onClose={onClose} width={560}>
      <TextInput
        data-autofocus
        size="md"
        variant="unstyled"
        className={classes.input}
        placeholder={SHELL.search}
        aria-label={SHELL.palette}
        role="combobox"
        aria-expanded
        aria-controls={id}
        aria-activedescendant={entries[at] ? `${id}-${at}` : undefined}
        leftSection={<Icon name="search" />}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setAt(event.currentTarget.value.trim() === '' ? -1 : 0);
        }}
        onKeyDown={press}
      />
      <ul className={classes.list} id={id} role="listbox" aria-label={SHELL.palette}>
        {entries.map((entry, index) => (
          <li
            key={entry.group + (entry.to ?? '') + entry.label}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === at}
            aria-disabled={entry.why !== undefined || undefined}
            className={classes.entry}
            onMouseMove={() => setAt(index)}
            onClick={() => follow(entry)}
          >
            <span className={classes.group}>{entry.group}</span>
            <span className={classes.label}>
              {entry.label}
              {entry.why !== undefined && <span className={classes.why}> {entry.why}</span>}
            </span>
            {entry.hint && <span className={classes.hint}>{entry.hint}</span>}
          </li>
        ))}
      </ul>
      {entries.length === 0 && <p className={classes.none}>{SHELL.nothing}</p>}
    </Sheet>
  );
}

function useEntries(text: string): Entry[] {
  const [q] = useDebouncedValue(text.trim(), 150);
  const here = useHere();
  const found = useQuery({
    queryKey: ['/search', q],
    enabled: q.length > 1,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => get<Page<Schema<'Found'>>>('/search', { q, limit: FOUND_MAX }, signal),
  });
  const words = text.trim().toLowerCase();
  const named = (entry: Entry) => entry.label.toLowerCase().includes(words);
  const records = q.length > 1 ? (found.data?.items ?? []).flatMap(asEntry) : [];
  // What a list offers under the same name goes before the command: it knows who may not.
  const elsewhere = COMMANDS.filter(({ label }) => !here.some((entry) => entry.label === label));
  const may = (entry: Entry) => entry.why === undefined;
  const mayNot = (entry: Entry) => !may(entry);
  const offered = here.filter(named);
  const refused = offered.filter(mayNot);
  return [...offered.filter(may), ...records, ...refused, ...elsewhere.filter(named)];
}

/** What can be done on this page, as its buttons do it. */
function useHere(): Entry[] {
  const { of, items } = useOffered();
  const local = useInZone();
  return items.map((item) => ({
    group: of ?? SHELL.here,
    label: item.label,
    ...(item.allowed ? doing(item) : { why: local(shortRefusal(item.refusal)) }),
  }));
}

function doing(item: ActionItem): Pick<Entry, 'hint' | 'run' | 'why'> {
  return { hint: item.key, run: item.busy ? undefined : item.run };
}

function asEntry(found: Schema<'Found'>): Entry[] {
  const to = pathOf({ id: found.id, number: found.number, name: found.title });
  if (!to) return [];
  const label = found.number ? `${found.number} ${found.title}` : found.title;
  const hint = found.state ? wordOf(found.state) : undefined;
  return [{ group: wordOf(found.kind), label, hint, to }];
}
