// Makes a token and hands its secret out once; takes a token back.
import { Checkbox, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { asProblem } from '@/lib/problem';
import { useMe } from '@/lib/session';
import { useWrite } from '@/lib/write';
import { Dialog } from '@/ui/Dialog';
import { SecretDialog } from '@/ui/SecretDialog';
import type { Token } from '../peopleQueries';
import { PERMISSIONS, texts, TOKEN_DAYS } from '../peopleTexts';
import classes from './TokenDialogs.module.css';

const words = texts.tokens;
const DAY = 86_400_000;

interface NewProps {
  onClose: () => void;
  onDone: (token: Token) => void;
}

export function NewTokenDialog({ onClose, onDone }: NewProps) {
  const own = useMe().permissions;
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<string[]>(['read']);
  const [days, setDays] = useState('90');
  const write = useWrite<Token>(onDone);
  const submit = () =>
    write.mutate({
      path: '/tokens',
      body: {
        name: name.trim(),
        scopes,
        expires_at: new Date(Date.now() + Number(days) * DAY).toISOString(),
      },
    });
  const all = [...new Set(['read', ...own])].sort();
  const errors = asProblem(write.error).errors;
  const errorOf = (pointer: string) => errors.find((each) => each.pointer === pointer)?.detail;
  return (
    <Dialog
      title={words.newTitle}
      submit={words.create}
      busy={write.isPending}
      problem={write.error}
      disabled={name.trim() === '' || scopes.length === 0}
      onClose={onClose}
      onSubmit={submit}
    >
      <TextInput
        data-autofocus
        label={words.name}
        maxLength={200}
        error={errorOf('/name')}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Checkbox.Group
        label={words.scopes}
        description={words.scopesHelp}
        inputWrapperOrder={['label', 'description', 'input', 'error']}
        value={scopes}
        onChange={setScopes}
      >
        <div className={classes.scopes}>
          {all.map((scope) => (
            <Checkbox
              key={scope}
              size="xs"
              value={scope}
              label={
                <>
                  {PERMISSIONS[scope] ?? scope}
                  <span className={classes.scope}>{scope}</span>
                </>
              }
            />
          ))}
        </div>
      </Checkbox.Group>
      <Select
        label={words.expires}
        allowDeselect={false}
        error={errorOf('/expires_at')}
        data={TOKEN_DAYS.map((each) => ({ value: String(each), label: words.days(each) }))}
        value={days}
        onChange={(value) => value && setDays(value)}
      />
    </Dialog>
  );
}

export function TokenSecret({ token, onClose }: { token: Token; onClose: () => void }) {
  return (
    <SecretDialog
      title={token.secret ? words.secretTitle : token.name}
      help={words.secretHelp}
      none={words.noSecret}
      secret={token.secret}
      onClose={onClose}
    />
  );
}

interface RevokeProps {
  token: Token;
  onClose: () => void;
  onDone: () => void;
}

export function RevokeDialog({ token, onClose, onDone }: RevokeProps) {
  const write = useWrite(onDone);
  return (
    <Dialog
      danger
      title={words.revokeTitle(token.name)}
      submit={words.revoke}
      busy={write.isPending}
      problem={write.error}
      onClose={onClose}
      onSubmit={() =>
        write.mutate({
          method: 'DELETE',
          path: `/tokens/${encodeURIComponent(token.id)}`,
          version: token.version,
        })
      }
    >
      <p>{words.revokeHelp}</p>
    </Dialog>
  );
}
