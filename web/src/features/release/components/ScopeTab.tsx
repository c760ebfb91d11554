// The changes of a release in deploy order: attached, taken out, moved by hand or by keys.
import { ActionIcon, Tooltip } from '@mantine/core';
import { useState, type DragEvent, type KeyboardEvent } from 'react';
import { paths } from '@/app/paths';
import { useAddress } from '@/lib/address';
import type { Schema } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import type { ActionItem } from '@/ui/actions';
import { ActionButton } from '@/ui/Actions';
import { Icon } from '@/ui/icons';
import { Link } from '@/ui/Link';
import { Section } from '@/ui/Page';
import { EmptyState, ProblemNote } from '@/ui/States';
import { ConflictWords } from '@/ui/ConflictCount';
import { StatePill, Tier } from '@/ui/StatePill';
import { wordOf } from '@/ui/texts';
import { moved } from '../order';
import { releasePath, type Release } from '../queries';
import { SCOPE, TAB } from '../texts';
import { AttachDialog } from './AttachDialog';
import classes from './scope.module.css';

type Row = Schema<'ChangeRow'>;

export function ScopeTab({ release, actions }: { release: Release; actions: ActionItem[] }) {
  // In the address, so that the verb of the release leads here from every tab.
  const [address, change] = useAddress();
  const attach = (open: boolean) => change({ attach: open ? 'true' : undefined });
  const path = releasePath(release.number);
  const scope = actions.find((item) => item.name === 'scope');
  const open = scope?.allowed ?? false;
  return (
    <Section
      title={TAB.scope}
      flush
      aside={
        scope && (
          <ActionButton
            size="xs"
            item={{ ...scope, label: SCOPE.attach, run: () => attach(true) }}
          />
        )
      }
    >
      {release.changes.length === 0 ? (
        <EmptyState icon="changes" title={SCOPE.emptyTitle}>
          <p>{SCOPE.empty}</p>
        </EmptyState>
      ) : (
        <Ordered release={release} path={path} open={open} />
      )}
      {open && address.attach && <AttachDialog release={release} onClose={() => attach(false)} />}
    </Section>
  );
}

function Ordered({ release, path, open }: { release: Release; path: string; open: boolean }) {
  const [dragged, setDragged] = useState<number>();
  const [over, setOver] = useState<number>();
  const [spoken, setSpoken] = useState('');
  const write = useWrite();
  // What was sent is shown at once; the record that comes back replaces it.
  const [pending, setPending] = useState<{ version: number; ids: string[] }>();
  const rows = ordered(release, pending);
  const move = (from: number, to: number) => {
    const row = rows[from];
    if (!row || to < 0 || to >= rows.length || from === to) return;
    const ids = moved(rows, from, to).map((each) => each.id);
    setPending({ version: release.version, ids });
    setSpoken(SCOPE.moved(row.title, to + 1, rows.length));
    write.mutate(
      { method: 'PUT', path: `${path}/order`, body: { changes: ids }, version: release.version },
      { onError: () => setPending(undefined) },
    );
  };
  const drop = (event: DragEvent, at: number) => {
    event.preventDefault();
    if (dragged !== undefined) move(dragged, at);
    setDragged(undefined);
    setOver(undefined);
  };
  return (
    <>
      {write.error && (
        <div className={classes.note}>
          <ProblemNote error={write.error} />
        </div>
      )}
      <ol className={classes.list}>
        {rows.map((row, at) => (
          <li
            key={row.id}
            className={classes.row}
            draggable={open}
            data-dragged={dragged === at || undefined}
            data-over={over === at && dragged !== at ? side(dragged, at) : undefined}
            onDragStart={(event) => {
              event.dataTransfer.effectAllowed = 'move';
              setDragged(at);
            }}
            onDragOver={(event) => {
              event.preventDefault();
              setOver(at);
            }}
            onDragEnd={() => {
              setDragged(undefined);
              setOver(undefined);
            }}
            onDrop={(event) => drop(event, at)}
          >
            <ScopeRow
              row={row}
              at={at}
              open={open}
              last={at === rows.length - 1}
              onMove={(to) => move(at, to)}
              onDetach={() =>
                write.mutate({
                  method: 'DELETE',
                  path: `${path}/changes/${row.number}`,
                  version: release.version,
                })
              }
            />
          </li>
        ))}
      </ol>
      {open && <p className={classes.help}>{SCOPE.orderHelp}</p>}
      <p className="visually-hidden" aria-live="polite">
        {spoken}
      </p>
    </>
  );
}

function ordered(release: Release, pending: { version: number; ids: string[] } | undefined) {
  if (pending?.version !== release.version) return release.changes;
  const known = new Map(release.changes.map((row) => [row.id, row]));
  return pending.ids.flatMap((id) => known.get(id) ?? []);
}

function side(from: number | undefined, at: number): 'above' | 'below' {
  return from !== undefined && from < at ? 'below' : 'above';
}

interface ScopeRowProps {
  row: Row;
  at: number;
  /** Whether the scope may still be changed. */
  open: boolean;
  last: boolean;
  onMove: (to: number) => void;
  onDetach: () => void;
}

function ScopeRow({ row, at, open, last, onMove, onDetach }: ScopeRowProps) {
  const keys = (event: KeyboardEvent) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || !event.altKey || !open) return;
    event.preventDefault();
    onMove(at + step);
  };
  return (
    <div className={classes.inner} onKeyDown={keys}>
      {open && (
        <span className={classes.grip} aria-hidden="true">
          <Icon name="grip" />
        </span>
      )}
      <span className={classes.place}>{at + 1}</span>
      <span className={classes.words}>
        <Link to={paths.change(row.number)} className={classes.title}>
          <span className="mono soft">{row.number}</span> {row.title}
        </Link>
        <span className={classes.facts}>
          <StatePill word={row.phase} />
          <span>{wordOf(row.type)}</span>
          {row.tier && <Tier tier={row.tier} />}
          {row.implementer && <span>{row.implementer.name}</span>}
          <ConflictWords record={row} />
        </span>
      </span>
      {open && (
        <span className={classes.tools}>
          <Tooltip label={`${SCOPE.moveUp} (Alt ↑)`}>
            <ActionIcon
              aria-label={`${SCOPE.moveUp} ${row.number}`}
              disabled={at === 0}
              onClick={() => onMove(at - 1)}
            >
              <Icon name="up" />
            </ActionIcon>
          </Tooltip>
          <Tooltip label={`${SCOPE.moveDown} (Alt ↓)`}>
            <ActionIcon
              aria-label={`${SCOPE.moveDown} ${row.number}`}
              disabled={last}
              onClick={() => onMove(at + 1)}
            >
              <Icon name="down" />
            </ActionIcon>
          </Tooltip>
          <Tooltip label={SCOPE.detach}>
            <ActionIcon aria-label={`${SCOPE.detach} ${row.number}`} onClick={onDetach}>
              <Icon name="close" />
            </ActionIcon>
          </Tooltip>
        </span>
      )}
    </div>
  );
}
