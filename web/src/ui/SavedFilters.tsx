// The reader's own named filters of a list: gone to, kept, forgotten.
import { ActionIcon, Button, Popover, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { filtersOf, type Address } from '@/lib/address';
import { get, queryText } from '@/lib/client';
import type { Schema } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { Dialog } from './Dialog';
import { Icon } from './icons';
import { Link } from './Link';
import { FILTERS, UI } from './texts';
import classes from './FilterBar.module.css';

type Filter = Schema<'Filter'>;

interface Own extends Schema<'Filters'> {
  /** The version of the reader's account, which holds the filters. */
  version?: number;
}

interface Props {
  /** The word of the list in the API: `changes`, `releases` or `incidents`. */
  list: string;
  /** The page of the list. */
  path: string;
  address: Address;
}

export function SavedFilters({ list, path, address }: Props) {
  const [naming, dialog] = useDisclosure();
  const [open, setOpen] = useState(false);
  const query = useQuery({
    queryKey: ['/filters'],
    queryFn: ({ signal }) => get<Own>('/filters', {}, signal),
  });
  const write = useWrite(dialog.close);
  const all = query.data?.filters ?? [];
  const own = all.filter((each) => each.list === list);
  const keep = (filters: Filter[]) =>
    write.mutate({
      method: 'PUT',
      path: '/filters',
      body: { filters },
      version: query.data?.version,
    });
  const current = queryText(filtersOf(address)).slice(1);
  return (
    <>
      <Popover opened={open} onChange={setOpen} position="bottom-end" width={260}>
        <Popover.Target>
          <Button
            size="xs"
            variant="default"
            rightSection={<Icon name="down" size={12} />}
            onClick={() => setOpen(!open)}
          >
            {FILTERS.title}
          </Button>
        </Popover.Target>
        <Popover.Dropdown p={6}>
          {own.length === 0 && <p className={classes.none}>{FILTERS.none}</p>}
          {own.map((filter) => (
            <div key={filter.name} className={classes.saved}>
              <Link to={`${path}?${filter.query}`} className={classes.savedName}>
                {filter.name}
              </Link>
              <ActionIcon
                size="sm"
                aria-label={`${UI.remove} ${filter.name}`}
                onClick={() => keep(all.filter((each) => each !== filter))}
              >
                <Icon name="close" size={12} />
              </ActionIcon>
            </div>
          ))}
          <Button
            size="xs"
            variant="subtle"
            color="gray"
            fullWidth
            disabled={current === ''}
            onClick={() => {
              setOpen(false);
              dialog.open();
            }}
          >
            {FILTERS.save}
          </Button>
        </Popover.Dropdown>
      </Popover>
      {naming && (
        <NameDialog
          busy={write.isPending}
          problem={write.error}
          onClose={dialog.close}
          onName={(name) => {
            const others = all.filter((each) => each.list !== list || each.name !== name);
            keep([...others, { list, name, query: current }]);
          }}
        />
      )}
    </>
  );
}

interface NameDialogProps {
  busy: boolean;
  problem: unknown;
  onClose: () => void;
  onName: (name: string) => void;
}

function NameDialog({ busy, problem, onClose, onName }: NameDialogProps) {
  const [name, setName] = useState('');
  return (
    <Dialog
      title={FILTERS.save}
      submit={FILTERS.keep}
      onClose={onClose}
      onSubmit={() => onName(name.trim())}
      busy={busy}
      problem={problem}
      disabled={name.trim() === ''}
    >
      <TextInput
        data-autofocus
        label={FILTERS.name}
        maxLength={200}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
    </Dialog>
  );
}
