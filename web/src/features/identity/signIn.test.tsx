import { screen, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';
import { me } from '@/testing/fixtures';
import { show } from '@/testing/render';
import { Refuse, serve, writes } from '@/testing/server';
import { ownAddress } from './pages/SignInPage';

it('sends a stranger to the sign-in page and back to where they wanted to go', async () => {
  let signedIn = false;
  const sent = serve({
    'GET /session': () =>
      signedIn ? me : new Refuse(401, { code: 'session.missing', detail: 'Sign in first.' }),
    'POST /session': () => {
      signedIn = true;
      return me;
    },
  });
  const { user, router } = show('/reviews');
  await user.click(await screen.findByRole('button', { name: /Mara Manager/ }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/reviews'));
  expect(writes(sent)[0]?.body).toEqual({ login: 'mara_manager', password: 'demo-mara-1' });
});

it('says why a sign-in failed', async () => {
  serve({
    'POST /session': new Refuse(401, {
      code: 'session.refused',
      detail: 'Login or password is wrong.',
    }),
  });
  const { user } = show('/sign-in');
  await user.type(await screen.findByRole('textbox', { name: 'Login' }), 'mara');
  await user.type(screen.getByLabelText('Password'), 'wrong');
  await user.click(screen.getByRole('button', { name: 'Sign in' }));
  expect(await screen.findByText('Login or password is wrong.')).toBeInTheDocument();
});

it('follows only addresses of its own', () => {
  expect(ownAddress('/releases/REL-1?x=1')).toBe('/releases/REL-1?x=1');
  expect(ownAddress('//elsewhere.example')).toBe('/');
  expect(ownAddress('/\\elsewhere.example')).toBe('/');
  expect(ownAddress('https://elsewhere.example')).toBe('/');
});
