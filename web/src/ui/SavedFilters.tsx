// The reader's own saved filters of a list: choose one, keep the present one, forget one.
import { ActionIcon, Button, Menu, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useContext, useState } from 'react';
import type { Address } from '@/lib/address';
import { get, queryText } from '@/lib/client';
import type { Schema } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { Dialog } from './Dialog';
import { Icon } from './icons';
import { Navigation } from './Link';
import { ProblemNote } from './States';
import { UI } from './texts';
import classes from './SavedFilters.module.css';

type Filter = Schema<'Filter'>;

/** The filters with the version that a replacement has to name. */
type Saved = Schema<'Filters'> & { version: number };

interface Props {
  list: Filter['list'];
  /** The path of the list, such as `/changes`. */
  path: string;
  address: Address;
}

const WORDS = {
  menu: 'Saved filters',
  save: 'Save this filter',
  name: 'Name',
  none: 'Filters you save stand here.',
  nothing: 'Filter the list first; then it can be saved.',
};

export function SavedFilters({ list, path, address }: Props) {
  const navigate = useContext(Navigation);
  const [naming, setNaming] = useState(false);
  const saved = useQuery({
    queryKey: ['/filters'],
    staleTime: 60_000,
    queryFn: ({ signal }) => get<Saved>('/filters', {}, signal),
  });
  const write = useWrite(() => setNaming(false));
  const all = saved.data?.filters ?? [];
  const own = all.filter((filter) => filter.list === list);
  const query = queryText(address).slice(1);
  const put = (filters: Filter[]) =>
    write.mutate({
      method: 'PUT',
      path: '/filters',
      version: saved.data?.version,
      body: { filters },
    });
  return (
    <>
      <Menu position="bottom-end" width={260}>
        <Menu.Target>
          <Button
            size="xs"
            variant="default"
            leftSection={<Icon name="filter" size={14} />}
            rightSection={<Icon name="down" size={12} />}
          >
            {WORDS.menu}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {own.length === 0 && <p className={classes.none}>{WORDS.none}</p>}
          {own.map((filter) => (
            <div key={filter.name} className={classes.line}>
              <Menu.Item
                aria-current={filter.query === query ? 'true' : undefined}
                onClick={() => navigate(`${path}?${filter.query}`)}
              >
                {filter.name}
              </Menu.Item>
              <ActionIcon
                size="sm"
                aria-label={`${UI.remove} ${filter.name}`}
                onClick={() => put(all.filter((each) => each !== filter))}
              >
                <Icon name="close" size={12} />
              </ActionIcon>
            </div>
          ))}
          <Menu.Divider />
          <Menu.Item disabled={query === ''} onClick={() => setNaming(true)}>
            {query === '' ? WORDS.nothing : WORDS.save}
          </Menu.Item>
          {!naming && <ProblemNote error={write.error} />}
        </Menu.Dropdown>
      </Menu>
      {naming && (
        <NameDialog
          busy={write.isPending}
          problem={write.error}
          onClose={() => setNaming(false)}
          onSave={(name) => {
            const others = all.filter((each) => each.list !== list || each.name !== name);
            put([...others, { list, name, query }]);
          }}
        />
      )}
    </>
  );
}

interface NameProps {
  busy: boolean;
  problem: unknown;
  onClose: () => void;
  onSave: (name: string) => void;
}

function NameDialog({ busy, problem, onClose, onSave }: NameProps) {
  const [name, setName] = useState('');
  return (
    <Dialog
      title={WORDS.save}
      submit={WORDS.save}
      busy={busy}
      problem={problem}
      onClose={onClose}
      disabled={name.trim() === ''}
      onSubmit={() => onSave(name.trim())}
    >
      <TextInput
        data-autofocus
        label={WORDS.name}
        maxLength={200}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
    </Dialog>
  );
}
