// The log: all events, newest first, or those of one record.
import { Button, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { pathOf } from '@/app/paths';
import { useAddress } from '@/lib/address';
import { usePages } from '@/lib/pages';
import type { Schema } from '@/lib/schema';
import { Icon } from '@/ui/icons';
import { Link } from '@/ui/Link';
import { Page, Section } from '@/ui/Page';
import { EventList } from '@/ui/record/History';
import { EmptyState, ErrorState, RowsSkeleton } from '@/ui/States';
import { UI } from '@/ui/texts';
import { texts } from '../texts';
import classes from './AuditPage.module.css';

const TYPING_MS = 350;
const EVERYTHING = '/api/v1/export?log=true';

export default function AuditPage() {
  const [address, change] = useAddress();
  const subject = address.subject ?? '';
  const [text, setText] = useState(subject);
  const [settled] = useDebouncedValue(text, TYPING_MS);
  useEffect(() => change({ subject: settled.trim() }), [settled, change]);
  const to = subject ? pathOf({ id: subject, number: subject, name: subject }) : undefined;
  return (
    <Page
      title={texts.title}
      meta={texts.help}
      tools={
        <Button component="a" href={EVERYTHING} variant="default" title={texts.exportHelp} download>
          {texts.export}
        </Button>
      }
    >
      <TextInput
        type="search"
        className={classes.subject}
        aria-label={texts.subject}
        placeholder={texts.subjectPlaceholder}
        leftSection={<Icon name="search" size={14} />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Section
        flush
        title={subject ? texts.of(subject) : texts.all}
        aside={to && <Link to={to}>{texts.open(subject)}</Link>}
      >
        <Events subject={subject} />
      </Section>
    </Page>
  );
}

function Events({ subject }: { subject: string }) {
  const pages = usePages<Schema<'Event'>>('/audit/events', { subject: subject || undefined });
  if (pages.error) return <ErrorState error={pages.error} retry={pages.retry} />;
  if (!pages.rows) return <RowsSkeleton />;
  if (pages.rows.length === 0) {
    return (
      <EmptyState icon="audit" title={subject ? texts.none(subject) : texts.empty}>
        <p>{subject ? texts.noneHelp : texts.emptyHelp}</p>
      </EmptyState>
    );
  }
  return (
    <>
      <EventList events={pages.rows} mixed={subject === ''} />
      {pages.more && (
        <div className={classes.foot}>
          <Button
            variant="default"
            size="compact-md"
            onClick={pages.more}
            loading={pages.loadingMore}
          >
            {UI.showMore}
          </Button>
        </div>
      )}
    </>
  );
}
