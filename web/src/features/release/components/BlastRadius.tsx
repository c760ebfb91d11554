// What a release reaches, and the incidents there since its deployment began.
import { useQuery } from '@tanstack/react-query';
import { get } from '@/lib/client';
import type { Ref, Schema } from '@/lib/schema';
import { Facts, Section } from '@/ui/Page';
import { RefLink } from '@/ui/RefLink';
import { StatePill } from '@/ui/StatePill';
import { sentence } from '@/ui/texts';
import { Time } from '@/ui/Time';
import { releasePath } from '../queries';
import { BLAST } from '../afterTexts';
import classes from './blast.module.css';

type Blast = Schema<'BlastRadius'>;

const NAMED_MAX = 12;

/** Nothing as long as its changes touch no CI and no service. */
export function BlastRadius({ release }: { release: string }) {
  const found = useQuery({
    queryKey: ['/releases', release, 'blast'],
    queryFn: ({ signal }) => get<Blast>(`${releasePath(release)}/blast`, {}, signal),
  });
  const blast = found.data;
  if (!blast || blast.cis.length + blast.services.length === 0) return null;
  return (
    <Section title={BLAST.title}>
      <Facts
        facts={[
          [BLAST.services, <Named key="s" refs={blast.services} />],
          [BLAST.cis, <Named key="c" refs={blast.cis} />],
          [BLAST.reachedServices, <Named key="rs" refs={blast.reached_services} />],
          [BLAST.reachedCis, <Named key="rc" refs={blast.reached_cis} />],
        ]}
      />
      {blast.since && (
        <h3 className={classes.since}>
          {BLAST.since} <Time at={blast.since} show="full" />
        </h3>
      )}
      {blast.since && blast.incidents.length === 0 && <p className="soft">{BLAST.none}</p>}
      <ul className={classes.list}>
        {blast.incidents.map((one) => (
          <li key={one.incident.id}>
            <RefLink record={one.incident} /> <StatePill word={one.state} />
            <p className="soft">
              <Time at={one.opened_at} show="full" />: {sentence(one.why)}{' '}
              {BLAST.causality(one.causality, blast.after_hours)}
            </p>
          </li>
        ))}
      </ul>
      {blast.truncated && <p className="soft">{BLAST.truncated}</p>}
    </Section>
  );
}

function Named({ refs }: { refs: Ref[] }) {
  if (refs.length === 0) return <span className="soft">{BLAST.nothing}</span>;
  return (
    <>
      {refs.slice(0, NAMED_MAX).map((record, index) => (
        <span key={record.id}>
          {index > 0 && ', '}
          <RefLink record={record} />
        </span>
      ))}
      {refs.length > NAMED_MAX && BLAST.more(refs.length - NAMED_MAX)}
    </>
  );
}
