// Filters over a list, kept in the address: a text, and choices that name themselves.
import { ActionIcon, Button, Menu, Select, TextInput, Tooltip } from '@mantine/core';
import { useId, useState, type ReactNode } from 'react';
import type { Address } from '@/lib/address';
import type { Column } from './DataTable';
import { Icon } from './icons';
import { UI, wordOf } from './texts';
import { useTyped } from './useTyped';
import classes from './FilterBar.module.css';

interface FilterChoice {
  key: string;
  label: string;
  /** Words of the server, or values with labels. */
  options: (string | { value: string; label: string })[];
  searchable?: boolean;
}

interface Props {
  address: Address;
  onChange: (change: Record<string, string | undefined>) => void;
  filters: FilterChoice[];
  /** The placeholder of the text filter (`q`); left out when there is none. */
  text?: string;
  /** Yes-or-no filters, such as `mine`. */
  toggles?: { key: string; label: string }[];
  /** The columns a list may be sorted by, for a phone, where no header is seen. */
  sorts?: { columns: Pick<Column<never>, 'header' | 'sort'>[]; sortedBy: string };
  children?: ReactNode;
}

export function FilterBar(props: Props) {
  const { address, onChange, filters, toggles = [], text, sorts } = props;
  const [open, setOpen] = useState(false);
  const id = useId();
  const keys = [...filters.map((each) => each.key), ...toggles.map((each) => each.key)];
  const folded = keys.filter((key) => address[key]);
  const active = ['q', ...keys].filter((key) => address[key]);
  return (
    <div className={classes.bar} role="search">
      {text && (
        <TextFilter value={address.q ?? ''} label={text} onChange={(q) => onChange({ q })} />
      )}
      {(keys.length > 0 || sorts) && (
        <Button
          size="xs"
          variant="default"
          className={classes.fold}
          leftSection={<Icon name="filter" size={14} />}
          aria-expanded={open}
          aria-controls={id}
          onClick={() => setOpen(!open)}
        >
          {UI.filters(folded.length)}
        </Button>
      )}
      <div id={id} className={classes.folded} data-open={open || undefined}>
        {filters.map((filter) => (
          <Select
            key={filter.key}
            aria-label={filter.label}
            placeholder={filter.label}
            size="xs"
            className={classes.choice}
            data-active={address[filter.key] ? true : undefined}
            clearable
            searchable={filter.searchable}
            comboboxProps={{ width: 'max-content', position: 'bottom-start' }}
            value={address[filter.key] ?? null}
            onChange={(value) => onChange({ [filter.key]: value ?? undefined })}
            data={filter.options.map((option) =>
              typeof option === 'string' ? { value: option, label: wordOf(option) } : option,
            )}
          />
        ))}
        {toggles.map((toggle) => (
          <Button
            key={toggle.key}
            size="xs"
            variant="default"
            className={classes.toggle}
            aria-pressed={address[toggle.key] === 'true'}
            onClick={() =>
              onChange({ [toggle.key]: address[toggle.key] === 'true' ? undefined : 'true' })
            }
          >
            {toggle.label}
          </Button>
        ))}
        {active.length > 0 && (
          <Button
            size="xs"
            variant="subtle"
            color="gray"
            onClick={() => onChange(Object.fromEntries(active.map((key) => [key, undefined])))}
          >
            {UI.clearFilters}
          </Button>
        )}
        {sorts && (
          <Select
            size="xs"
            className={classes.sorts}
            aria-label={UI.sortBy}
            allowDeselect={false}
            value={address.sort ?? sorts.sortedBy}
            onChange={(sort) =>
              onChange({ sort: sort && sort !== sorts.sortedBy ? sort : undefined })
            }
            data={sorts.columns.flatMap(({ header, sort }) =>
              sort
                ? [
                    { value: `-${sort}`, label: UI.sortDown(header) },
                    { value: sort, label: UI.sortUp(header) },
                  ]
                : [],
            )}
          />
        )}
      </div>
      <span className={classes.end}>{props.children}</span>
    </div>
  );
}

function TextFilter(props: { value: string; label: string; onChange: (text: string) => void }) {
  const { value, label, onChange } = props;
  const { text, type } = useTyped(value, onChange);
  return (
    <TextInput
      size="xs"
      type="search"
      className={classes.text}
      aria-label={label}
      placeholder={label}
      leftSection={<Icon name="search" size={14} />}
      value={text}
      onChange={(event) => type(event.currentTarget.value)}
    />
  );
}

/** The columns that are shown: the fixed ones and those named by `columns` in the address. */
export function shownColumns<Row>(columns: Column<Row>[], address: Address): Column<Row>[] {
  const extra = (address.columns ?? '').split(',');
  return columns.filter((column) => !column.optional || extra.includes(column.key));
}

interface ColumnMenuProps<Row> {
  columns: Column<Row>[];
  address: Address;
  onChange: (change: Record<string, string | undefined>) => void;
}

export function ColumnMenu<Row>({ columns, address, onChange }: ColumnMenuProps<Row>) {
  const extra = (address.columns ?? '').split(',').filter(Boolean);
  const flip = (key: string) => {
    const next = extra.includes(key) ? extra.filter((each) => each !== key) : [...extra, key];
    onChange({ columns: next.join(',') || undefined });
  };
  return (
    <Menu position="bottom-end" closeOnItemClick={false}>
      <Menu.Target>
        <Tooltip label={UI.columns}>
          <ActionIcon
            size={30}
            variant="default"
            className={classes.columns}
            aria-label={UI.columns}
          >
            <Icon name="columns" />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {columns
          .filter((column) => column.optional)
          .map((column) => (
            <Menu.CheckboxItem
              key={column.key}
              checked={extra.includes(column.key)}
              onChange={() => flip(column.key)}
            >
              {column.header}
            </Menu.CheckboxItem>
          ))}
      </Menu.Dropdown>
    </Menu>
  );
}
