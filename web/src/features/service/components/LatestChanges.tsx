// The latest changes on a service or a CI, and the way to all of them.
import { paths } from '@/app/paths';
import { Link } from '@/ui/Link';
import { Section } from '@/ui/Page';
import { StatePill } from '@/ui/StatePill';
import { WindowTime } from '@/ui/Time';
import type { ChangeRow } from '../queries';
import { texts } from '../texts';
import classes from './service.module.css';

export function LatestChanges({ changes, all }: { changes: ChangeRow[]; all: string }) {
  return (
    <Section
      flush
      title={texts.changesOf}
      aside={changes.length > 0 && <Link to={all}>{texts.allChanges}</Link>}
    >
      {changes.length === 0 ? (
        <p className={classes.none}>{texts.noChanges}</p>
      ) : (
        <ul className={classes.changes}>
          {changes.map((change) => (
            <li key={change.id}>
              <Link to={paths.change(change.number)} className={classes.changeName}>
                <span className="mono">{change.number}</span> {change.title}
              </Link>
              {change.window && <WindowTime window={change.window} />}
              <StatePill word={change.outcome ?? change.phase} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
