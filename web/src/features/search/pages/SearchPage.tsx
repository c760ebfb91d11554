// Full-text search over all records; the words and the kind are in the address.
import { SegmentedControl, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { pathOf, paths } from '@/app/paths';
import { useAddress } from '@/lib/address';
import { Icon, type IconName } from '@/ui/icons';
import { Link } from '@/ui/Link';
import { Page, Section } from '@/ui/Page';
import { StatePill } from '@/ui/StatePill';
import { wordOf } from '@/ui/texts';
import { EmptyState, ErrorState, RowsSkeleton } from '@/ui/States';
import { useSearch, type Found } from '../queries';
import { KINDS, texts } from '../texts';
import classes from './SearchPage.module.css';

const TYPING_MS = 250;
const ICONS: Record<string, IconName> = {
  change: 'changes',
  release: 'releases',
  incident: 'incidents',
  review: 'reviews',
  meeting: 'cab',
  article: 'knowledge',
  board: 'cab',
  service: 'services',
  ci: 'cis',
  team: 'teams',
  person: 'teams',
};

export default function SearchPage() {
  const [address, change] = useAddress();
  const q = (address.q ?? '').trim();
  const kind = KINDS.find((each) => each === address.kind);
  const [text, setText] = useState(address.q ?? '');
  const [settled] = useDebouncedValue(text, TYPING_MS);
  useEffect(() => change({ q: settled.trim() }), [settled, change]);
  return (
    <Page title={texts.title}>
      <TextInput
        size="md"
        type="search"
        autoFocus
        aria-label={texts.field}
        placeholder={texts.placeholder}
        leftSection={<Icon name="search" />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <SegmentedControl
        size="xs"
        className={classes.kinds}
        aria-label={texts.kind}
        value={kind ?? ''}
        onChange={(value) => change({ kind: value })}
        data={[
          { value: '', label: texts.all },
          ...KINDS.map((each) => ({ value: each, label: texts.kinds[each] ?? each })),
        ]}
      />
      <Results q={q} kind={kind} />
    </Page>
  );
}

function Results({ q, kind }: { q: string; kind: string | undefined }) {
  const found = useSearch(q, kind);
  if (q === '') {
    return (
      <EmptyState icon="search" title={texts.start}>
        <p>{texts.startHelp}</p>
      </EmptyState>
    );
  }
  if (found.error) return <ErrorState error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <RowsSkeleton />;
  if (found.data.items.length === 0) {
    return (
      <EmptyState icon="search" title={texts.nothing(q)}>
        <p>{texts.nothingHelp}</p>
      </EmptyState>
    );
  }
  return (
    <Section flush title={texts.found(found.data.items.length)}>
      <ul className={classes.found}>
        {found.data.items.map((each) => (
          <FoundLine key={each.kind + each.id} found={each} />
        ))}
      </ul>
    </Section>
  );
}

function FoundLine({ found }: { found: Found }) {
  return (
    <li>
      <Icon name={ICONS[found.kind] ?? 'list'} />
      <span className={classes.kind}>{texts.one[found.kind] ?? wordOf(found.kind)}</span>
      <Link to={foundPath(found)} className={classes.title}>
        {found.number && <span className="mono">{found.number}</span>}{' '}
        {found.title !== found.number && found.title}
      </Link>
      {found.state && <StatePill word={found.state} />}
    </li>
  );
}

function foundPath(found: Found): string {
  if (found.kind === 'service') return paths.service(found.id);
  if (found.kind === 'ci') return paths.ci(found.id);
  if (found.kind === 'team') return paths.teams;
  if (found.kind === 'person') return paths.people;
  if (found.kind === 'board') return paths.cab;
  if (found.kind === 'exception') return paths.exceptions;
  return pathOf({ id: found.id, number: found.number, name: found.title }) ?? paths.search;
}
