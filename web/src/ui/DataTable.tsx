// The table of every list: 36 px rows, sorting by the address, j/k and Enter, cursor paging.
import { Button, Checkbox } from '@mantine/core';
import { useContext, useRef, useState, type ReactNode } from 'react';
import { useKeys } from '@/lib/keys';
import type { Pages } from '@/lib/pages';
import { Icon } from './icons';
import { Link, Navigation } from './Link';
import { ErrorState, RowsSkeleton } from './States';
import { UI } from './texts';
import classes from './DataTable.module.css';

export interface Column<Row> {
  key: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** Numbers stand right. */
  right?: boolean;
  /** The word that `sort=` takes for this column. */
  sort?: string;
  width?: number | string;
  /** Left out on a phone. */
  wideOnly?: boolean;
  /** Shown only when chosen in the columns menu. */
  optional?: boolean;
}

interface Props<Row> {
  label: string;
  columns: Column<Row>[];
  pages: Pages<Row>;
  rowKey: (row: Row) => string;
  rowLink?: (row: Row) => string;
  empty: ReactNode;
  /** The `sort` of the address, such as `-updated_at`, and how to change it. */
  sort?: string;
  onSort?: (sort: string | undefined) => void;
  /** Rows chosen for a bulk action, by key. */
  chosen?: string[];
  onChoose?: (keys: string[]) => void;
}

export function DataTable<Row>(props: Props<Row>) {
  const { columns, pages, rowKey, rowLink, chosen, onChoose } = props;
  const navigate = useContext(Navigation);
  const [at, setAt] = useState(-1);
  const body = useRef<HTMLTableSectionElement>(null);
  const rows = pages.rows ?? [];
  const move = (step: number) => {
    const next = Math.min(Math.max(at + step, 0), rows.length - 1);
    setAt(next);
    body.current?.rows[next]?.scrollIntoView({ block: 'nearest' });
  };
  const open = () => {
    const row = rows[at];
    if (row && rowLink) navigate(rowLink(row));
  };
  const choose = (key: string) => {
    if (!chosen || !onChoose) return;
    onChoose(chosen.includes(key) ? chosen.filter((each) => each !== key) : [...chosen, key]);
  };
  useKeys(props.label, [
    { keys: 'j', label: 'Next row', run: () => move(1) },
    { keys: 'k', label: 'Previous row', run: () => move(-1) },
    { keys: 'Enter', label: 'Open the row', run: open },
    ...(onChoose ? [{ keys: 'x', label: 'Choose the row', run: () => chooseAt(at) }] : []),
  ]);
  const chooseAt = (index: number) => {
    const row = rows[index];
    if (row) choose(rowKey(row));
  };

  if (pages.error) return <ErrorState error={pages.error} retry={pages.retry} />;
  if (pages.loading) return <RowsSkeleton />;
  if (rows.length === 0) return <>{props.empty}</>;
  const keys = rows.map(rowKey);
  return (
    <div className={classes.frame}>
      <table className={classes.table} aria-label={props.label}>
        <thead>
          <tr>
            {onChoose && (
              <th className={classes.pick}>
                <Checkbox
                  size="xs"
                  aria-label="Choose all rows"
                  checked={keys.length > 0 && keys.every((key) => chosen?.includes(key))}
                  indeterminate={(chosen?.length ?? 0) > 0 && chosen!.length < keys.length}
                  onChange={(event) => onChoose(event.currentTarget.checked ? keys : [])}
                />
              </th>
            )}
            {columns.map((column) => (
              <Header key={column.key} column={column} sort={props.sort} onSort={props.onSort} />
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {rows.map((row, index) => {
            const key = rowKey(row);
            return (
              <tr
                key={key}
                data-at={index === at || undefined}
                data-chosen={chosen?.includes(key) || undefined}
              >
                {onChoose && (
                  <td className={classes.pick}>
                    <Checkbox
                      size="xs"
                      aria-label={`Choose ${key}`}
                      checked={chosen?.includes(key) ?? false}
                      onChange={() => choose(key)}
                    />
                  </td>
                )}
                {columns.map((column, place) => (
                  <Cell key={column.key} column={column} row={row}>
                    {place === 0 && rowLink ? (
                      <Link to={rowLink(row)} className={classes.first}>
                        {column.cell(row)}
                      </Link>
                    ) : (
                      column.cell(row)
                    )}
                  </Cell>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
      {pages.more && (
        <div className={classes.foot}>
          <Button
            variant="default"
            size="compact-md"
            onClick={pages.more}
            loading={pages.loadingMore}
          >
            {UI.showMore}
          </Button>
          <span className="soft num">{rows.length}</span>
        </div>
      )}
    </div>
  );
}

function Cell<Row>(props: { column: Column<Row>; row: Row; children: ReactNode }) {
  const { column, children } = props;
  return (
    <td data-right={column.right || undefined} data-wide={column.wideOnly || undefined}>
      {children}
    </td>
  );
}

interface HeaderProps<Row> {
  column: Column<Row>;
  sort?: string;
  onSort?: (sort: string | undefined) => void;
}

function Header<Row>({ column, sort, onSort }: HeaderProps<Row>) {
  const name = column.sort;
  const direction = name && sort === name ? 'up' : name && sort === `-${name}` ? 'down' : undefined;
  const next = direction === 'down' ? name : direction === 'up' ? undefined : `-${name}`;
  const spoken = direction && (direction === 'up' ? 'ascending' : 'descending');
  return (
    <th
      scope="col"
      style={{ width: column.width }}
      data-right={column.right || undefined}
      data-wide={column.wideOnly || undefined}
      aria-sort={spoken}
    >
      {name && onSort ? (
        <button type="button" className={classes.sort} onClick={() => onSort(next)}>
          {column.header}
          <Icon name={direction ?? 'sort'} size={12} />
        </button>
      ) : (
        column.header
      )}
    </th>
  );
}
