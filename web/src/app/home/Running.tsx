// What is being deployed or taken back now: its step, the clock against its window, and the way
// there. Those that concern the reader come first, as the server orders them.
import { span } from '@/lib/dates';
import type { Schema } from '@/lib/schema';
import { LampMark } from '@/ui/LampMark';
import { Link } from '@/ui/Link';
import { Section } from '@/ui/Page';
import { StatePill } from '@/ui/StatePill';
import { useNow } from '@/ui/Time';
import { paths } from '../paths';
import { useUnderWay } from './queries';
import { HOME } from './texts';
import classes from './home.module.css';

type Row = Schema<'DeploymentRow'>;

/** Nothing as long as nothing is under way. */
export function Running() {
  const rows = useUnderWay().data ?? [];
  if (rows.length === 0) return null;
  return (
    <Section title={HOME.underWay}>
      <ul className={classes.rows}>
        {rows.map((row) => (
          <li key={row.release.id}>
            <LampMark state={row.state === 'rolling_back' ? 'stop' : 'waiting'} size={16} />
            <div>
              <Link to={paths.release(row.release.number ?? row.release.id, 'run')}>
                <span className="mono">{row.release.number}</span> {row.release.name}
              </Link>
              <p>
                {HOME.steps(row.done, row.total)}
                {row.current && ` · ${HOME.now} ${row.current.number ?? ''} ${row.current.name}`}
              </p>
              <Clock row={row} />
            </div>
            <span className={classes.pills}>
              {row.update_overdue && (
                <StatePill word="update_overdue" label={HOME.updateOverdue} tone="stop" />
              )}
              {row.yours && <StatePill word="yours" label={HOME.yours} tone="info" />}
              <StatePill word={row.state} />
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Clock({ row }: { row: Row }) {
  const now = useNow(15_000);
  if (!row.window) return null;
  const left = new Date(row.window.end).getTime() - now.getTime();
  return (
    <p data-late={left < 0 || undefined}>
      {left < 0 ? HOME.pastEnd(span(left)) : HOME.left(span(left))}
    </p>
  );
}
