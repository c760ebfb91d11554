// The windows that are asked of the reader's teams.
import { Section } from '@/ui/Page';
import { RefLink } from '@/ui/RefLink';
import { WindowTime } from '@/ui/Time';
import { useAskedWindows } from './queries';
import { HOME } from './texts';
import classes from './home.module.css';

/** Nothing as long as none is asked. */
export function AskedWindows() {
  const rows = useAskedWindows().data ?? [];
  if (rows.length === 0) return null;
  return (
    <Section title={HOME.asked}>
      <ul className={classes.rows}>
        {rows.map((row) => (
          <li key={row.release.id + row.team.id}>
            <div>
              <RefLink record={row.release} />
              <p>
                <WindowTime window={row.window} />
              </p>
              <p>
                {HOME.askedOf(row.team.name, row.asked_by)}
                {row.note && ` “${row.note}”`}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}
