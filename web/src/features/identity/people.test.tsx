// People and tokens: what is sent, and that a secret is shown once and never again.
import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { mara } from '@/testing/fixtures';
import { keeper } from '@/testing/keeper';
import { show } from '@/testing/render';
import { serve, writes } from '@/testing/server';
import type { Person, Token } from './peopleQueries';

const person: Person = {
  id: 'per_01',
  version: 6,
  login: 'anna_requester',
  name: 'Anna Requester',
  email: 'anna@example.org',
  roles: ['requester'],
  teams: [],
  zone: 'Europe/Berlin',
  active: true,
};

const token: Token = {
  id: 'tok_1',
  version: 1,
  name: 'Jenkins',
  person: mara,
  scopes: ['read'],
  expires_at: '2099-01-01T00:00:00Z',
  revoked: false,
};

describe('people', () => {
  it('takes the right to sign in away without touching anything else', async () => {
    const sent = serve({
      ...keeper,
      'GET /people': { items: [person] },
      'PATCH /people/per_01': { id: 'per_01', version: 7 },
    });
    const { user } = show('/settings/people');
    const log = await screen.findByRole('link', { name: 'In the log: Anna Requester' });
    expect(log).toHaveAttribute('href', '/audit?subject=per_01');
    await user.click(screen.getByRole('button', { name: 'Edit Anna Requester' }));
    const dialog = await screen.findByRole('dialog');
    await user.click(within(dialog).getByRole('switch', { name: /May sign in/ }));
    await user.click(within(dialog).getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    expect(writes(sent)[0]?.body).toEqual({ active: false });
    expect(writes(sent)[0]?.headers.get('If-Match')).toBe('"6"');
  });

  it('asks nobody else for the old password', async () => {
    const sent = serve({
      ...keeper,
      'GET /people': { items: [person] },
      'PUT /people/per_01/password': { id: 'per_01', version: 7 },
    });
    const { user } = show('/settings/people');
    await user.click(
      await screen.findByRole('button', { name: 'Set the password of Anna Requester' }),
    );
    const dialog = await screen.findByRole('dialog');
    expect(within(dialog).queryByLabelText(/Old password/)).toBeNull();
    await user.type(within(dialog).getByLabelText(/New password/), 'correct horse');
    await user.click(within(dialog).getByRole('button', { name: 'Set password' }));
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    expect(writes(sent)[0]?.body).toEqual({ new: 'correct horse' });
  });
});

describe('tokens', () => {
  it('shows the secret once, until it is said to be copied', async () => {
    const sent = serve({
      ...keeper,
      'GET /tokens': { items: [token] },
      'POST /tokens': { ...token, secret: 'ilk_secret' },
    });
    const { user } = show('/settings/tokens');
    await user.click(await screen.findByRole('button', { name: 'New token' }));
    const dialog = await screen.findByRole('dialog');
    await user.type(within(dialog).getByRole('textbox', { name: /What it is for/ }), 'Jenkins');
    await user.click(within(dialog).getByRole('button', { name: 'Make the token' }));
    expect(await screen.findByText('ilk_secret')).toBeInTheDocument();
    expect(writes(sent)[0]?.body).toMatchObject({ name: 'Jenkins', scopes: ['read'] });
    await user.keyboard('{Escape}');
    expect(screen.getByText('ilk_secret')).toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'I have copied it' }));
    await waitFor(() => expect(screen.queryByText('ilk_secret')).toBeNull());
  });

  it('ticks a scope also by a click on its name', async () => {
    const sent = serve({
      ...keeper,
      'GET /tokens': { items: [] },
      'POST /tokens': { ...token, secret: 'ilk_secret' },
    });
    const { user } = show('/settings/tokens');
    await user.click((await screen.findAllByRole('button', { name: 'New token' }))[0]!);
    const dialog = await screen.findByRole('dialog');
    await user.click(within(dialog).getByText('identity.write'));
    expect(within(dialog).getByRole('checkbox', { name: /Keep people/ })).toBeChecked();
    await user.type(within(dialog).getByRole('textbox', { name: /What it is for/ }), 'Jenkins');
    await user.click(within(dialog).getByRole('button', { name: 'Make the token' }));
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    expect(writes(sent)[0]?.body).toMatchObject({ scopes: ['read', 'identity.write'] });
  });
});
