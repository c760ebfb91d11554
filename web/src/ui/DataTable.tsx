// The table of every list: 36 px rows, sorting by the address, j/k and Enter, cursor paging.
import { Checkbox } from '@mantine/core';
import { useContext, useRef, useState, type ReactNode, type RefObject } from 'react';
import { useKeys } from '@/lib/keys';
import type { Pages } from '@/lib/pages';
import { useZone } from '@/lib/session';
import { Icon } from './icons';
import { Link, Navigation } from './Link';
import { ShowMore } from './ShowMore';
import { ErrorState, RowsSkeleton } from './States';
import { UI } from './texts';
import { useShownRows } from './useShownRows';
import classes from './DataTable.module.css';

export interface Column<Row> {
  key: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** Its times are the reader's, whose zone stands once in the head. */
  zoned?: boolean;
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
  /** The `sort` of the address, such as `-updated_at`, how the list comes without one, and how to
   * change it. */
  sort?: string;
  sortedBy?: string;
  onSort?: (sort: string | undefined) => void;
  /** Rows chosen for a bulk action, by key. */
  chosen?: string[];
  onChoose?: (keys: string[]) => void;
}

export function DataTable<Row>(props: Props<Row>) {
  const { columns, pages, rowKey, chosen, onChoose } = props;
  const body = useRef<HTMLTableSectionElement>(null);
  const rows = pages.rows ?? [];
  const shown = useShownRows(body, rows.length);
  const choose = (key: string) => {
    if (!chosen || !onChoose) return;
    onChoose(chosen.includes(key) ? chosen.filter((each) => each !== key) : [...chosen, key]);
  };
  const at = useRowKeys(props, rows, body, choose);

  if (pages.error) return <ErrorState error={pages.error} retry={pages.retry} />;
  if (pages.loading) return <RowsSkeleton />;
  if (rows.length === 0) return <>{props.empty}</>;
  const keys = rows.map(rowKey);
  const span = columns.length + (onChoose ? 1 : 0);
  return (
    <div className={classes.frame}>
      <table
        className={classes.table}
        data-part={shown.to - shown.from < rows.length || undefined}
        aria-label={props.label}
        aria-rowcount={rows.length + 1}
      >
        <thead>
          <tr>
            {onChoose && (
              <th className={classes.pick}>
                <Checkbox
                  size="xs"
                  aria-label={UI.chooseAll}
                  checked={keys.every((key) => chosen?.includes(key))}
                  indeterminate={chosen?.length !== 0 && chosen?.length !== keys.length}
                  onChange={(event) => onChoose(event.currentTarget.checked ? keys : [])}
                />
              </th>
            )}
            {columns.map((column) => (
              <Header
                key={column.key}
                column={column}
                sort={props.sort ?? props.sortedBy}
                sortedBy={props.sortedBy}
                onSort={props.onSort}
              />
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          <Gap height={shown.above} span={span} />
          {rows.slice(shown.from, shown.to).map((row, offset) => {
            const key = rowKey(row);
            const index = shown.from + offset;
            return (
              <tr
                key={key}
                aria-rowindex={index + 2}
                data-index={index}
                data-at={index === at || undefined}
                data-chosen={chosen?.includes(key) || undefined}
              >
                {onChoose && (
                  <td className={classes.pick}>
                    <Checkbox
                      size="xs"
                      aria-label={`${UI.choose} ${key}`}
                      checked={chosen?.includes(key) ?? false}
                      onChange={() => choose(key)}
                    />
                  </td>
                )}
                <Cells row={row} columns={columns} rowLink={props.rowLink} />
              </tr>
            );
          })}
          <Gap height={shown.below} span={span} />
        </tbody>
      </table>
      <ShowMore pages={pages}>
        <span className="soft num">{rows.length}</span>
      </ShowMore>
    </div>
  );
}

/** j, k, Enter and x: the row they stand on. */
function useRowKeys<Row>(
  props: Props<Row>,
  rows: Row[],
  body: RefObject<HTMLTableSectionElement | null>,
  choose: (key: string) => void,
): number {
  const navigate = useContext(Navigation);
  const [at, setAt] = useState(-1);
  const move = (step: number) => {
    const next = Math.min(Math.max(at + step, 0), rows.length - 1);
    setAt(next);
    const row = body.current?.querySelector(`[data-index="${next}"]`);
    row?.scrollIntoView({ block: 'nearest' });
    // The focus goes along, so that Enter and a screen reader mean the same row.
    row?.querySelector<HTMLElement>('a')?.focus({ preventScroll: true });
  };
  const withRow = (run: (row: Row) => void) => () => {
    const row = rows[at];
    if (row !== undefined) run(row);
  };
  const open = withRow((row) => props.rowLink && navigate(props.rowLink(row)));
  const pick = withRow((row) => choose(props.rowKey(row)));
  useKeys(props.label, [
    { keys: 'j', label: UI.nextRow, run: () => move(1) },
    { keys: 'k', label: UI.previousRow, run: () => move(-1) },
    { keys: 'Enter', label: UI.openRow, run: open },
    ...(props.onChoose ? [{ keys: 'x', label: UI.choose, run: pick }] : []),
  ]);
  return at;
}

/** Stands for rows that are not drawn. */
function Gap({ height, span }: { height: number; span: number }) {
  if (height === 0) return null;
  return (
    <tr aria-hidden="true">
      <td colSpan={span} style={{ height, padding: 0, border: 0 }} />
    </tr>
  );
}

interface CellsProps<Row> {
  row: Row;
  columns: Column<Row>[];
  rowLink?: (row: Row) => string;
}

function Cells<Row>({ row, columns, rowLink }: CellsProps<Row>) {
  return columns.map((column, place) => (
    <td
      key={column.key}
      data-right={column.right || undefined}
      data-label={column.right ? column.header : undefined}
      data-wide={column.wideOnly || undefined}
    >
      {place === 0 && rowLink ? (
        <Link to={rowLink(row)} className={classes.first}>
          {column.cell(row)}
        </Link>
      ) : (
        column.cell(row)
      )}
    </td>
  ));
}

interface HeaderProps<Row> {
  column: Column<Row>;
  sort?: string;
  sortedBy?: string;
  onSort?: (sort: string | undefined) => void;
}

const ARROWS = { up: 'ascending', down: 'descending' } as const;

function Header<Row>({ column, sort, sortedBy, onSort }: HeaderProps<Row>) {
  const zone = useZone();
  const name = column.sort;
  const direction = name && sort === name ? 'up' : name && sort === `-${name}` ? 'down' : undefined;
  const turn = direction === 'down' ? name : `-${name}`;
  const next = turn === sortedBy || direction === 'up' ? undefined : turn;
  const spoken = direction && ARROWS[direction];
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
          <Icon name={direction ? ARROWS[direction] : 'sort'} size={12} />
        </button>
      ) : (
        column.header
      )}
      {column.zoned && <span className={classes.zone}>{zone}</span>}
    </th>
  );
}
