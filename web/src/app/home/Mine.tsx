// Open releases and changes of the reader, and what follows from reviews.
import type { Ref, Window } from '@/lib/schema';
import { Link } from '@/ui/Link';
import { Section } from '@/ui/Page';
import { RefLink } from '@/ui/RefLink';
import { ErrorState, RowsSkeleton } from '@/ui/States';
import { StatePill } from '@/ui/StatePill';
import { WindowTime } from '@/ui/Time';
import { paths } from '../paths';
import { MyActions } from './MyActions';
import { isOpen, OPEN_MAX, useMyChanges, useMyReleases } from './queries';
import { HOME } from './texts';
import classes from './home.module.css';

interface Row {
  id: string;
  number: string;
  title: string;
  phase: string;
  window?: Window | null;
}

interface Query {
  data?: Row[];
  error: unknown;
  isPending: boolean;
}

export function Mine() {
  const releases = useMyReleases();
  const changes = useMyChanges();
  return (
    <div className={classes.stack}>
      <MyActions />
      <List
        title={HOME.myReleases}
        query={releases}
        none={HOME.noReleases}
        all={{ to: `${paths.releases}?mine=true`, label: HOME.allReleases }}
      />
      <List
        title={HOME.myChanges}
        query={changes}
        none={HOME.noChanges}
        all={{ to: `${paths.changes}?mine=true`, label: HOME.allChanges }}
      />
    </div>
  );
}

interface ListProps {
  title: string;
  query: Query;
  none: string;
  all: { to: string; label: string };
}

function List({ title, query, none, all }: ListProps) {
  const rows = (query.data ?? []).filter(isOpen).slice(0, OPEN_MAX);
  return (
    <Section title={title} aside={<Link to={all.to}>{all.label}</Link>}>
      {query.error ? <ErrorState error={query.error} /> : null}
      {query.isPending && <RowsSkeleton rows={3} />}
      {query.data && rows.length === 0 && <p className="soft">{none}</p>}
      <ul className={classes.rows}>
        {rows.map((row) => (
          <li key={row.id}>
            <div>
              <RefLink record={refOf(row)} />
              <p>
                <WindowTime window={row.window} />
              </p>
            </div>
            <StatePill word={row.phase} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function refOf(row: Row): Ref {
  return { id: row.id, number: row.number, name: row.title };
}
