// What is only observed: beside what was decided, record by record and service by service.
import { RefLink } from '@/ui/RefLink';
import { Section } from '@/ui/Page';
import { ErrorState, RowsSkeleton } from '@/ui/States';
import { useObserved } from '../queries';
import { OBSERVED } from '../texts';
import classes from './policy.module.css';

export function Observed() {
  const observed = useObserved();
  const found = observed.data;
  return (
    <Section title={OBSERVED.title}>
      <p className="soft">{OBSERVED.help}</p>
      {observed.error && (
        <ErrorState error={observed.error} retry={() => void observed.refetch()} />
      )}
      {observed.isPending && <RowsSkeleton rows={2} />}
      {found?.items.length === 0 && <p>{OBSERVED.none}</p>}
      {found && found.services.length > 0 && (
        <ul className={classes.findings} aria-label={OBSERVED.byService}>
          {found.services.map((one) => (
            <li key={one.service.id}>
              <RefLink record={one.service} />: {OBSERVED.counted(one.observed, one.different)}
            </li>
          ))}
        </ul>
      )}
      {found && found.items.length > 0 && (
        <ul className={classes.findings} aria-label={OBSERVED.records}>
          {found.items.map((item) => (
            <li key={`${item.subject.id} ${item.what} ${item.rule}`}>
              <RefLink record={item.subject} show="number" /> {item.what}: {item.decided}
              {' → '}
              <strong>{item.would}</strong> <span className="soft">({item.rule})</span>
            </li>
          ))}
        </ul>
      )}
      {found?.truncated && <p className="soft">{OBSERVED.truncated}</p>}
    </Section>
  );
}
