// Whether a release or a single change fits, and what belongs with it.
import { useQuery } from '@tanstack/react-query';
import { get } from '@/lib/client';
import type { Schema } from '@/lib/schema';
import { Section } from '@/ui/Page';
import { RefLink } from '@/ui/RefLink';
import { changePath, type Change } from '../queries';
import { texts } from '../texts';
import classes from './change.module.css';

const words = texts.advice;
/** While it can still join a release. */
const ADVISED = ['draft', 'assess', 'authorise', 'scheduled'];

export function AdviceSection({ change }: { change: Change }) {
  const open = !change.release && !change.imported && ADVISED.includes(change.phase);
  const found = useQuery({
    queryKey: ['/changes', change.number, 'advice', change.version],
    queryFn: ({ signal }) => get<Schema<'Advice'>>(`${changePath(change.id)}/advice`, {}, signal),
    enabled: open,
  });
  const advice = found.data;
  if (!open || !advice) return null;
  return (
    <Section title={words.title}>
      <p className={classes.first}>
        <strong>{words.fits[advice.fits] ?? advice.fits}</strong>: {advice.detail}.
      </p>
      {advice.with.length > 0 && (
        <ul className={classes.people}>
          {advice.with.map((each) => (
            <li key={each.record.id}>
              <RefLink record={each.record} />
              <span className="soft"> {each.because.join('; ')}</span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
