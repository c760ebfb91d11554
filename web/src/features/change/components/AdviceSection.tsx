// Whether a release or a single change fits, and what belongs with it.
import { useQuery } from '@tanstack/react-query';
import { paths } from '@/app/paths';
import { useGo } from '@/lib/address';
import { get } from '@/lib/client';
import type { Schema } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { verbs } from '@/ui/actions';
import { ActionButton } from '@/ui/Actions';
import { useOffer } from '@/ui/offer';
import { Section } from '@/ui/Page';
import { RefLink } from '@/ui/RefLink';
import { say } from '@/ui/say';
import { ProblemNote } from '@/ui/States';
import { changePath, type Change } from '../queries';
import { texts } from '../texts';
import classes from './change.module.css';

const words = texts.advice;
/** While it can still join a release. */
const ADVISED = ['draft', 'assess', 'authorise', 'scheduled'];

/** The verb that does what is advised. */
function Attach({ change, advised }: { change: Change; advised: Schema<'AdvisedWith'> }) {
  const release = advised.record.number ?? advised.record.id;
  const write = useWrite(() => say(words.attached(release)));
  const path = `/releases/${encodeURIComponent(release)}/changes/${change.number}`;
  const run = () => write.mutate({ method: 'PUT', path });
  const label = words.attach(release);
  const items = verbs(advised.actions, { attach: { label, run, busy: write.isPending } });
  return (
    <>
      {items.map((item) => (
        <ActionButton key={item.name} size="compact-sm" item={item} />
      ))}
      <ProblemNote error={write.error} />
    </>
  );
}

export function AdviceSection({ change }: { change: Change }) {
  const go = useGo();
  const open = !change.release && !change.imported && ADVISED.includes(change.phase);
  const found = useQuery({
    queryKey: ['/changes', change.number, 'advice', change.version],
    queryFn: ({ signal }) => get<Schema<'Advice'>>(`${changePath(change.id)}/advice`, {}, signal),
    enabled: open,
  });
  const create = useOffer('release.write', words.create, () => go(paths.newRelease));
  const advice = found.data;
  if (!open || !advice) return null;
  return (
    <Section title={words.title}>
      <p className={classes.first}>
        <strong>{words.fits[advice.fits] ?? advice.fits}</strong>: {advice.detail}.
      </p>
      {['bundle', 'release'].includes(advice.fits) && (
        <ActionButton size="compact-sm" item={{ ...create, name: 'create' }} />
      )}
      {advice.with.length > 0 && (
        <ul className={classes.people}>
          {advice.with.map((each) => (
            <li key={each.record.id}>
              <RefLink record={each.record} />
              <span className="soft"> {each.because.join('; ')}</span>
              <Attach change={change} advised={each} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
