// The reader's own notices, the latest first.
import { Button } from '@mantine/core';
import { Fragment } from 'react';
import { usePages } from '@/lib/pages';
import { DIGEST, isOfRecord, summaryPath } from '@/lib/moments';
import type { Schema } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { paths } from '@/app/paths';
import { Link } from '@/ui/Link';
import { Page, Section } from '@/ui/Page';
import { ShowMore } from '@/ui/ShowMore';
import { StatePill } from '@/ui/StatePill';
import { EmptyState, ErrorState, ProblemNote, RowsSkeleton } from '@/ui/States';
import { Time } from '@/ui/Time';
import { INBOX } from '../texts';
import classes from './inbox.module.css';

type Item = Schema<'InboxItem'>;

export default function InboxPage() {
  const pages = usePages<Item>('/inbox');
  const write = useWrite<Schema<'Inbox'>>();
  const unread = pages.rows?.filter((row) => !row.read).length ?? 0;
  return (
    <Page
      title={INBOX.title}
      meta={INBOX.help}
      tools={
        unread > 0 && (
          <Button
            variant="default"
            loading={write.isPending}
            onClick={() => write.mutate({ path: '/inbox/read', body: {} })}
          >
            {INBOX.readAll}
          </Button>
        )
      }
    >
      <ProblemNote error={write.error} />
      {pages.error ? (
        <ErrorState error={pages.error} retry={pages.retry} />
      ) : !pages.rows ? (
        <RowsSkeleton />
      ) : pages.rows.length === 0 ? (
        <EmptyState icon="bell" title={INBOX.emptyTitle} example={INBOX.example}>
          <p>{INBOX.empty}</p>
        </EmptyState>
      ) : (
        <Section title={INBOX.label} flush>
          <ul className={classes.list}>
            {pages.rows.map((row) => (
              <li key={row.id}>
                <Told row={row} />
              </li>
            ))}
          </ul>
          <ShowMore pages={pages} />
        </Section>
      )}
    </Page>
  );
}

/** A moment of a release is read among its notices, a move at the record, a digest is of many. */
function pathOf({ record, moment }: Item): string {
  if (moment === DIGEST) return paths.releases;
  const name = record.number ?? record.id;
  if (!isOfRecord(moment)) return paths.release(name, 'notices');
  return record.id.startsWith('chg_') ? paths.change(name) : paths.release(name);
}

function Told({ row }: { row: Item }) {
  return (
    <article aria-label={row.subject}>
      <div className={classes.head}>
        {!row.read && <StatePill word="new" label={INBOX.isNew} tone="info" />}
        <Link to={pathOf(row)}>{row.subject}</Link>
        <Time at={row.at} show="full" />
      </div>
      <pre className={classes.body}>
        {row.moment === DIGEST ? <Lines text={row.body} /> : row.body}
      </pre>
    </article>
  );
}

/** A text in which each line that is the path of a summary leads there. */
function Lines({ text }: { text: string }) {
  const lines = text.split('\n').map((line, at) => {
    const path = summaryPath(line);
    return (
      <Fragment key={at}>
        {at > 0 && '\n'}
        {path ? <Link to={path}>{INBOX.summary(path.split('/')[2] ?? '')}</Link> : line}
      </Fragment>
    );
  });
  return <>{lines}</>;
}
