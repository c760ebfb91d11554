// The digest of releases: what is sent when it is asked for, taken back, or wrong.
import { screen, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';
import { me } from '@/testing/fixtures';
import { show } from '@/testing/render';
import { Refuse, serve, writes } from '@/testing/server';
import type { Person } from './peopleQueries';

const path = `/people/${me.person.id}`;

const own: Person = {
  id: me.person.id,
  version: 6,
  login: me.login,
  name: me.person.name,
  email: 'mara@example.org',
  roles: me.roles,
  teams: [],
  zone: me.zone,
  active: true,
};

const digest = { types: ['major', 'minor'], weekday: 'friday', hour: 16 };

it('asks for it, of major releases on Monday morning where nothing else is chosen', async () => {
  const sent = serve({ [`GET ${path}`]: own, [`PATCH ${path}`]: { id: own.id, version: 7 } });
  const { user } = show('/settings/digest');
  await user.click(await screen.findByRole('switch', { name: 'I want a digest of releases' }));
  expect(screen.getByText('By the clock of Europe/Berlin.')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(writes(sent)).toHaveLength(1));
  expect(writes(sent)[0]?.body).toEqual({
    digest: { types: ['major'], weekday: 'monday', hour: 8 },
  });
  expect(writes(sent)[0]?.headers.get('If-Match')).toBe('"6"');
  expect(screen.getByText('Releases that begin within 90 days.')).toBeVisible();
});

it('takes it back, and says that nothing is mailed without an address', async () => {
  const sent = serve({
    [`GET ${path}`]: { ...own, email: '', digest },
    [`PATCH ${path}`]: { id: own.id, version: 7 },
  });
  const { user } = show('/settings/digest');
  const on = await screen.findByRole('switch', { name: 'I want a digest of releases' });
  expect(on).toBeChecked();
  expect(screen.getByDisplayValue('Friday')).toBeVisible();
  expect(screen.getByDisplayValue('16:00')).toBeVisible();
  expect(screen.getByText(/has no e-mail address/)).toBeVisible();
  await user.click(on);
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(writes(sent)[0]?.body).toEqual({ digest: null }));
});

it('says at the field what is wrong', async () => {
  const detail = '`train` is no type of release: there are emergency, major, minor';
  serve({
    [`GET ${path}`]: { ...own, digest: { ...digest, types: ['train'] } },
    [`PATCH ${path}`]: new Refuse(422, {
      code: 'request.invalid',
      detail: 'Mend this.',
      errors: [{ pointer: '/digest/types', detail }],
    }),
  });
  const { user } = show('/settings/digest');
  await user.click(await screen.findByRole('button', { name: 'Save' }));
  expect(await screen.findAllByText(/is no type of release/)).not.toHaveLength(0);
});
