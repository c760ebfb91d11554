// Tokens of the reader: what each may do, until when, and how to take one back.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { paths } from '@/app/paths';
import { DataTable, type Column } from '@/ui/DataTable';
import { InLog } from '@/ui/InLog';
import { useOffer } from '@/ui/offer';
import { Page, Section } from '@/ui/Page';
import { say } from '@/ui/say';
import { StatePill } from '@/ui/StatePill';
import { EmptyState } from '@/ui/States';
import { Time, useNow } from '@/ui/Time';
import { NewTokenDialog, RevokeDialog, TokenSecret } from '../components/TokenDialogs';
import { useTokens, type Token } from '../peopleQueries';
import { texts } from '../peopleTexts';
import classes from './settings.module.css';

const words = texts.tokens;

type Open = { kind: 'new' } | { kind: 'secret' | 'revoke'; token: Token };

function TokenState({ token }: { token: Token }) {
  const now = useNow();
  if (token.revoked) return <StatePill word="revoked" label={words.revoked} tone="stop" />;
  if (new Date(token.expires_at) <= now) {
    return <StatePill word="expired" label={words.expired} tone="faint" />;
  }
  return <StatePill word="valid" label={words.valid} tone="clear" />;
}

function columnsWith(open: (open: Open) => void): Column<Token>[] {
  return [
    { key: 'name', header: words.columns.name, cell: (row) => <strong>{row.name}</strong> },
    { key: 'person', header: words.columns.person, cell: (row) => row.person.name },
    {
      key: 'scopes',
      header: words.columns.scopes,
      width: '34%',
      cell: (row) => (
        <span className={classes.scopes} title={row.scopes.join(', ')}>
          {row.scopes.join(', ')}
        </span>
      ),
    },
    {
      key: 'expires',
      header: words.columns.expires,
      cell: (row) => <Time at={row.expires_at} />,
    },
    { key: 'state', header: words.columns.state, cell: (row) => <TokenState token={row} /> },
    {
      key: 'do',
      header: texts.doColumn,
      right: true,
      cell: (row) => (
        <span className={classes.rowTools}>
          <InLog to={paths.inLog(row.id)} of={row.name} />
          {!row.revoked && (
            <Button
              size="compact-sm"
              variant="default"
              aria-label={words.revokeTitle(row.name)}
              onClick={() => open({ kind: 'revoke', token: row })}
            >
              {words.revoke}
            </Button>
          )}
        </span>
      ),
    },
  ];
}

export default function TokensPage() {
  const pages = useTokens();
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const startNew = () => setOpen({ kind: 'new' });
  const offer = useOffer('token.write', words.new, startNew);
  return (
    <Page title={words.title} meta={words.help} primary={offer}>
      <Section flush>
        <DataTable
          label={words.label}
          columns={columnsWith(setOpen)}
          pages={pages}
          rowKey={(row) => row.id}
          empty={
            <EmptyState
              icon="lock"
              title={words.emptyTitle}
              action={offer.allowed ? offer : undefined}
              example={words.example}
            >
              <p>{words.empty}</p>
            </EmptyState>
          }
        />
      </Section>
      {open?.kind === 'new' && (
        <NewTokenDialog onClose={close} onDone={(token) => setOpen({ kind: 'secret', token })} />
      )}
      {open?.kind === 'secret' && <TokenSecret token={open.token} onClose={close} />}
      {open?.kind === 'revoke' && (
        <RevokeDialog
          token={open.token}
          onClose={close}
          onDone={() => {
            close();
            say(words.revoked_done);
          }}
        />
      )}
    </Page>
  );
}
