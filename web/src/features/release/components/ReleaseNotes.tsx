// The notes of a release, and writing them from its record, for either audience.
import { useQuery } from '@tanstack/react-query';
import { paths } from '@/app/paths';
import { useGo } from '@/lib/address';
import { get } from '@/lib/client';
import type { Page as Listed, Schema } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { ActionButton } from '@/ui/Actions';
import { useOffer } from '@/ui/offer';
import { Section } from '@/ui/Page';
import { RefLink } from '@/ui/RefLink';
import { ProblemNote } from '@/ui/States';
import { StatePill } from '@/ui/StatePill';
import { releasePath } from '../queries';
import { NOTES } from '../afterTexts';
import classes from './blast.module.css';

export function ReleaseNotes({ release }: { release: string }) {
  const go = useGo();
  const query = { release, kind: 'release_notes' };
  const found = useQuery({
    queryKey: ['/knowledge', query],
    queryFn: ({ signal }) => get<Listed<Schema<'ArticleRow'>>>('/knowledge', query, signal),
  });
  const write = useWrite((made) => go(paths.article(made.number ?? made.id)));
  const send = (audience: string) =>
    write.mutate({ path: `${releasePath(release)}/notes`, body: { audience } });
  const internal = useOffer('knowledge.write', NOTES.internal, () => send('internal'));
  const customers = useOffer('knowledge.write', NOTES.customers, () => send('customers'));
  const rows = found.data?.items ?? [];
  return (
    <Section
      title={NOTES.title}
      aside={
        <>
          <ActionButton size="compact-sm" item={{ ...internal, busy: write.isPending }} />{' '}
          <ActionButton size="compact-sm" item={{ ...customers, busy: write.isPending }} />
        </>
      }
    >
      <ProblemNote error={write.error} />
      {found.data && rows.length === 0 && <p className="soft">{NOTES.none}</p>}
      <ul className={classes.list}>
        {rows.map((row) => (
          <li key={row.id}>
            <RefLink record={{ id: row.id, number: row.number, name: row.title }} />{' '}
            <StatePill word={row.audience} label={NOTES.audiences[row.audience]} />{' '}
            <StatePill word={row.state} />
          </li>
        ))}
      </ul>
    </Section>
  );
}
