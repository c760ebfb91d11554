// Work past the end of its window, and planned work of the next two weeks that would miss its date
// or is warned of, and why.
import type { Schema } from '@/lib/schema';
import { LampMark } from '@/ui/LampMark';
import { Section } from '@/ui/Page';
import { RefLink } from '@/ui/RefLink';
import { ErrorState, RowsSkeleton } from '@/ui/States';
import { severityOf, severityWords } from '@/ui/severity';
import { wordOf } from '@/ui/texts';
import { Time } from '@/ui/Time';
import { useOverdue } from './queries';
import { HOME } from './texts';
import classes from './home.module.css';

interface Props {
  calendar: Schema<'Calendar'> | undefined;
  error: unknown;
  now: Date;
}

type Entry = Schema<'Entry'>;

const SHOWN_MAX = 8;
/** Work that is not committed counts as late to arrange only when it is this near. */
const NEAR_MS = 5 * 86_400_000;

export function AtRisk({ calendar, error, now }: Props) {
  const found = calendar ? atRisk(calendar.entries, now) : [];
  const overdue = useOverdue();
  return (
    <Section title={HOME.risk}>
      {error ? <ErrorState error={error} /> : null}
      {!calendar && !error && <RowsSkeleton rows={4} />}
      {calendar && found.length + overdue.length === 0 && <p className="soft">{HOME.riskEmpty}</p>}
      <ul className={classes.rows}>
        {overdue.map((row) => (
          <li key={row.id}>
            <LampMark state="stop" size={16} />
            <div>
              <RefLink record={{ id: row.id, number: row.number, name: row.title }} />
              <p>
                {row.overdue_since && <Time at={row.overdue_since} />}: {HOME.overdue}
              </p>
            </div>
          </li>
        ))}
        {found.slice(0, SHOWN_MAX).map(({ entry, why }) => (
          <li key={entry.subject.id}>
            <LampMark state={severityOf(entry) === 'blocking' ? 'stop' : 'waiting'} size={16} />
            <div>
              <RefLink record={entry.subject} />
              <p>
                <Time at={entry.window.start} />: {why.join(', ')}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}

export function atRisk(entries: Entry[], now: Date): { entry: Entry; why: string[] }[] {
  return entries
    .filter((entry) => new Date(entry.window.start) > now)
    .map((entry) => ({ entry, why: reasons(entry, now) }))
    .filter(({ why }) => why.length > 0)
    .sort((a, b) => (a.entry.window.start < b.entry.window.start ? -1 : 1));
}

function reasons(entry: Entry, now: Date): string[] {
  const why: string[] = [];
  if (entry.conflicts_open > 0) why.push(severityWords(entry));
  const near = new Date(entry.window.start).getTime() - now.getTime() < NEAR_MS;
  if (!entry.committed && near) {
    why.push(HOME.phase(wordOf(entry.phase).toLowerCase()), HOME.notCommitted);
  }
  return why;
}
