// Whether a release or a single change fits, and what belongs with it.
import { useQuery } from '@tanstack/react-query';
import { useGo } from '@/lib/address';
import { get } from '@/lib/client';
import type { Schema } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { verbs } from '../actions';
import { ActionButton } from '../Actions';
import { useOffer } from '../offer';
import { Section } from '../Page';
import { RefLink } from '../RefLink';
import { say } from '../say';
import { ProblemNote } from '../States';
import { JOINING } from './joining';
import { ADVICE as words } from './texts';
import classes from './record.module.css';

type Change = Schema<'Change'>;

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

interface Props {
  change: Change;
  /** Where a release is created. */
  newRelease: string;
}

export function AdviceSection({ change, newRelease }: Props) {
  const go = useGo();
  const open = !change.release && !change.imported && JOINING.includes(change.phase);
  const path = `/changes/${encodeURIComponent(change.id)}/advice`;
  const found = useQuery({
    queryKey: ['/changes', change.number, 'advice', change.version],
    queryFn: ({ signal }) => get<Schema<'Advice'>>(path, {}, signal),
    enabled: open,
  });
  const create = useOffer('release.write', words.create, () => go(newRelease));
  const advice = found.data;
  if (!open || !advice) return null;
  return (
    <Section title={words.title}>
      <p className={classes.advice}>
        <strong>{words.fits[advice.fits] ?? advice.fits}</strong>: {advice.detail}.
      </p>
      {['bundle', 'release'].includes(advice.fits) && (
        <ActionButton size="compact-sm" item={{ ...create, name: 'create' }} />
      )}
      {advice.with.length > 0 && (
        <ul className={classes.with}>
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
