// Quiet hours: what is sent when they are set, taken away, or wrong.
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

const quiet = { from: '21:30', to: '06:00', digest: false };

it('sets the hours, with what waited in one mail', async () => {
  const sent = serve({ [`GET ${path}`]: own, [`PATCH ${path}`]: { id: own.id, version: 7 } });
  const { user } = show('/settings/quiet-hours');
  await user.click(await screen.findByRole('switch', { name: 'I have quiet hours' }));
  await user.clear(screen.getByLabelText(/From/));
  await user.type(screen.getByLabelText(/From/), '23:00');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(writes(sent)).toHaveLength(1));
  expect(writes(sent)[0]?.body).toEqual({ quiet: { from: '23:00', to: '07:00', digest: true } });
  expect(writes(sent)[0]?.headers.get('If-Match')).toBe('"6"');
  expect(screen.getByText(/begins within 24 hours/)).toBeVisible();
});

it('takes them away, and says that nothing is mailed without an address', async () => {
  const sent = serve({
    [`GET ${path}`]: { ...own, email: '', quiet },
    [`PATCH ${path}`]: { id: own.id, version: 7 },
  });
  const { user } = show('/settings/quiet-hours');
  const on = await screen.findByRole('switch', { name: 'I have quiet hours' });
  expect(on).toBeChecked();
  expect(screen.getByLabelText(/From/)).toHaveValue('21:30');
  expect(screen.getByText(/has no e-mail address/)).toBeVisible();
  await user.click(on);
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(writes(sent)[0]?.body).toEqual({ quiet: null }));
});

it('says at the field what is wrong', async () => {
  const detail = 'is when they begin: quiet hours end before the day is over';
  serve({
    [`GET ${path}`]: { ...own, quiet },
    [`PATCH ${path}`]: new Refuse(422, {
      code: 'request.invalid',
      detail: 'Mend this.',
      errors: [{ pointer: '/quiet/to', detail }],
    }),
  });
  const { user } = show('/settings/quiet-hours');
  await user.click(await screen.findByRole('button', { name: 'Save' }));
  await waitFor(() => expect(screen.getByLabelText(/Until/)).toBeInvalid());
});
