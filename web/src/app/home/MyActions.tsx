// What the reader has to do out of reviews; what is late is named so.
import { dayOn } from '@/lib/dates';
import { Link } from '@/ui/Link';
import { Section } from '@/ui/Page';
import { StatePill } from '@/ui/StatePill';
import { paths } from '../paths';
import { useMyActions } from './queries';
import { HOME } from './texts';
import classes from './home.module.css';

/** Nothing as long as there is nothing to do. */
export function MyActions() {
  const rows = useMyActions().data ?? [];
  if (rows.length === 0) return null;
  return (
    <Section
      title={HOME.myActions}
      aside={<Link to={`${paths.reviewActions}&owner=me`}>{HOME.allActions}</Link>}
    >
      <ul className={classes.rows}>
        {rows.map((row) => (
          <li key={`${row.review.id}:${row.item}`}>
            <div>
              <Link to={paths.review(row.review.number ?? row.review.id)}>{row.title}</Link>
              <p>
                {row.due_on && `${HOME.by} ${dayOn(row.due_on)} · `}
                {row.subject.number} {row.subject.name}
              </p>
            </div>
            {row.overdue && <StatePill word="overdue" />}
          </li>
        ))}
      </ul>
    </Section>
  );
}
