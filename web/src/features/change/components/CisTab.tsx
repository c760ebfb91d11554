// The CIs of a change, read page by page so that a thousand open at once; added and removed here.
import { Button, Checkbox, TextInput } from '@mantine/core';
import { useState } from 'react';
import { paths } from '@/app/paths';
import type { Choice } from '@/lib/lookup';
import type { Ref } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { Dialog } from '@/ui/Dialog';
import { Icon } from '@/ui/icons';
import { Link } from '@/ui/Link';
import { Section } from '@/ui/Page';
import { CisPicker } from '@/ui/Picker';
import { ShowMore } from '@/ui/ShowMore';
import { EmptyState, ErrorState, ProblemNote, RowsSkeleton } from '@/ui/States';
import { changePath, readAllCis, useCis, type Change } from '../queries';
import { texts } from '../texts';
import classes from './CisTab.module.css';

const words = texts.cis;

export function CisTab({ change }: { change: Change }) {
  const pages = useCis(change.id);
  const [filter, setFilter] = useState('');
  const [chosen, setChosen] = useState<string[]>([]);
  const [adding, setAdding] = useState(false);
  const edit = useCisEdit(change, () => {
    setChosen([]);
    setAdding(false);
  });
  const allowed = change.actions.find((action) => action.name === 'edit')?.allowed ?? true;
  if (pages.error) return <ErrorState error={pages.error} retry={pages.retry} />;
  if (!pages.rows) return <RowsSkeleton />;
  const wanted = filter.trim().toLowerCase();
  const shown = pages.rows.filter((ci) => ci.name.toLowerCase().includes(wanted));
  const flip = (id: string) =>
    setChosen(chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen, id]);
  return (
    <Section
      title={words.title(change.cis_total)}
      aside={
        <>
          {chosen.length > 0 && (
            <Button
              size="compact-sm"
              variant="default"
              loading={edit.busy}
              onClick={() => edit.run((all) => all.filter((id) => !chosen.includes(id)))}
            >
              {words.remove} ({chosen.length})
            </Button>
          )}
          <Button
            size="compact-sm"
            variant="default"
            disabled={!allowed}
            onClick={() => setAdding(true)}
          >
            {words.add}
          </Button>
        </>
      }
    >
      {!adding && <ProblemNote error={edit.problem} />}
      {change.cis_total === 0 ? (
        <EmptyState icon="cis" title={words.none}>
          <p>{words.noneHelp}</p>
        </EmptyState>
      ) : (
        <>
          <div className={classes.tools}>
            <TextInput
              size="xs"
              type="search"
              aria-label={words.filter}
              placeholder={words.filter}
              leftSection={<Icon name="search" size={14} />}
              value={filter}
              onChange={(event) => setFilter(event.currentTarget.value)}
            />
            <span className="soft num">{words.shown(pages.rows.length, change.cis_total)}</span>
          </div>
          <CiList cis={shown} chosen={chosen} onFlip={allowed ? flip : undefined} />
          {shown.length === 0 && <p className="soft">{words.noMatch}</p>}
          <ShowMore pages={pages} />
        </>
      )}
      {adding && (
        <AddDialog
          busy={edit.busy}
          problem={edit.problem}
          onClose={() => setAdding(false)}
          onAdd={(added) =>
            edit.run((all) => [...new Set([...all, ...added.map((each) => each.value)])])
          }
        />
      )}
    </Section>
  );
}

interface CiListProps {
  cis: Ref[];
  chosen: string[];
  onFlip?: (id: string) => void;
}

function CiList({ cis, chosen, onFlip }: CiListProps) {
  return (
    <ul className={classes.cis}>
      {cis.map((ci) => (
        <li key={ci.id}>
          {onFlip && (
            <Checkbox
              size="xs"
              aria-label={words.choose(ci.name)}
              checked={chosen.includes(ci.id)}
              onChange={() => onFlip(ci.id)}
            />
          )}
          <Link to={paths.ci(ci.id)} className={classes.name} title={ci.name}>
            {ci.name}
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** An edit sends the whole list, so all of it is read first, however much is on screen. */
function useCisEdit(change: Change, onDone: () => void) {
  const [reading, setReading] = useState(false);
  const [failed, setFailed] = useState<unknown>();
  const write = useWrite(onDone);
  const run = async (edit: (all: string[]) => string[]) => {
    setReading(true);
    setFailed(undefined);
    try {
      const all = await readAllCis(change.id);
      write.mutate({
        method: 'PATCH',
        path: changePath(change.id),
        version: change.version,
        body: { cis: edit(all.map((ci) => ci.id)) },
      });
    } catch (error) {
      setFailed(error);
    } finally {
      setReading(false);
    }
  };
  return {
    run: (edit: (all: string[]) => string[]) => void run(edit),
    busy: reading || write.isPending,
    problem: failed ?? write.error,
  };
}

interface AddProps {
  busy: boolean;
  problem: unknown;
  onClose: () => void;
  onAdd: (added: Choice[]) => void;
}

function AddDialog({ onAdd, ...dialog }: AddProps) {
  const [added, setAdded] = useState<Choice[]>([]);
  return (
    <Dialog
      title={words.addTitle}
      submit={words.add}
      disabled={added.length === 0}
      onSubmit={() => onAdd(added)}
      {...dialog}
    >
      <CisPicker label={texts.fields.cis} value={added} onChange={setAdded} />
    </Dialog>
  );
}
