// The log: events of all records or of one, newest first, with filters in the address.
import { Button } from '@mantine/core';
import { pathOf, paths } from '@/app/paths';
import { useAddress, type Address } from '@/lib/address';
import { usePages } from '@/lib/pages';
import type { Schema } from '@/lib/schema';
import { Link } from '@/ui/Link';
import { Page, Section } from '@/ui/Page';
import { EventList } from '@/ui/record/History';
import { ShowMore } from '@/ui/ShowMore';
import { EmptyState, ErrorState, RowsSkeleton } from '@/ui/States';
import { asked, EventFilters } from '../components/EventFilters';
import { Proof } from '../components/Proof';
import { texts } from '../texts';

const EXPORT = '/api/v1/export?log=true';

export default function AuditPage() {
  const [address, change] = useAddress();
  const { subject } = address;
  const to = subject ? pathOf({ id: subject, number: subject, name: subject }) : undefined;
  return (
    <Page
      title={texts.title}
      meta={texts.help}
      tools={
        <Button component="a" href={EXPORT} variant="default" title={texts.exportHelp} download>
          {texts.export}
        </Button>
      }
    >
      {!subject && <Proof />}
      <EventFilters address={address} onChange={change} />
      <Section
        flush
        title={subject ? texts.of(subject) : texts.events}
        aside={to && subject && <Link to={to}>{texts.open(subject)}</Link>}
      >
        <Events address={address} />
      </Section>
    </Page>
  );
}

function Events({ address }: { address: Address }) {
  const pages = usePages<Schema<'Event'>>('/audit/events', asked(address));
  if (pages.error) return <ErrorState error={pages.error} retry={pages.retry} />;
  if (!pages.rows) return <RowsSkeleton />;
  if (pages.rows.length === 0 && !pages.more) return <NoEvents address={address} />;
  return (
    <>
      <EventList events={pages.rows} recordPath={address.subject ? undefined : pathOfEvent} />
      <ShowMore pages={pages} />
    </>
  );
}

/** The page on which the records of a kind are read that have none of their own. */
const PAGES: Record<string, string> = {
  board: paths.cab,
  conflict: paths.calendar,
  delegation: paths.absences,
  exception: paths.exceptions,
  external: paths.feeds,
  feed: paths.feeds,
  period: paths.calendar,
  person: paths.people,
  policy: paths.policy,
  team: paths.teams,
  token: paths.tokens,
};

function pathOfEvent({ kind, record }: Schema<'Event'>): string | undefined {
  return (record && pathOf(record)) ?? PAGES[kind];
}

function NoEvents({ address }: { address: Address }) {
  const { subject, kind, event, person, from, to } = address;
  if (kind || event || person || from || to) {
    return (
      <EmptyState icon="filter" title={texts.noMatch}>
        <p>{texts.noMatchHelp}</p>
      </EmptyState>
    );
  }
  return (
    <EmptyState icon="audit" title={subject ? texts.none(subject) : texts.empty}>
      <p>{subject ? texts.noneHelp : texts.emptyHelp}</p>
    </EmptyState>
  );
}
