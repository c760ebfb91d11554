// The releases that the reader is asked about, each answered in one press.
import { useWrite } from '@/lib/write';
import { sentence } from '@/ui/texts';
import { Section } from '@/ui/Page';
import { RefLink } from '@/ui/RefLink';
import { ScoreButtons } from '@/ui/ScoreButtons';
import { useAskedSurveys } from './queries';
import { HOME } from './texts';
import classes from './home.module.css';

/** Nothing as long as nothing is asked. */
export function AskedSurveys() {
  const rows = useAskedSurveys().data ?? [];
  const write = useWrite();
  if (rows.length === 0) return null;
  return (
    <Section title={HOME.surveys}>
      <ul className={classes.rows}>
        {rows.map((row) => (
          <li key={row.release.id}>
            <div>
              <RefLink record={row.release} />
              <ScoreButtons
                label={HOME.surveyAsk(row.release.number ?? row.release.name)}
                busy={write.isPending}
                onAnswer={(score, words) =>
                  write.mutate({
                    path: `/releases/${row.release.id}/survey`,
                    body: { score, words },
                  })
                }
              />
            </div>
          </li>
        ))}
      </ul>
      {write.error && <p role="alert">{sentence(write.error.message)}</p>}
    </Section>
  );
}
