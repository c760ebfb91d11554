// The log page: filters are in the address and sent to the server; rows say who did what to what,
// and what each field was before and after.
import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { show } from '@/testing/render';
import { serve, type Sent } from '@/testing/server';

function lastAsked(sent: Sent[]) {
  return sent.filter((call) => call.path === '/audit/events').at(-1)?.query;
}

it('asks for the events of the record in the address and leads to it', async () => {
  const sent = serve();
  show('/audit?subject=CHG-41');
  expect(await screen.findByRole('link', { name: 'Open CHG-41' })).toHaveAttribute(
    'href',
    '/changes/CHG-41',
  );
  expect(lastAsked(sent)?.get('subject')).toBe('CHG-41');
  expect(lastAsked(sent)?.get('event')).toBeNull();
});

it('puts a typed number into the address', async () => {
  serve();
  const { user, router } = show('/audit');
  await user.type(await screen.findByRole('searchbox', { name: 'Record' }), 'REL-17');
  await waitFor(() => expect(router.state.location.search).toEqual({ subject: 'REL-17' }));
});

it('leaves sign-ins out until they are asked for', async () => {
  const sent = serve();
  const { user, router } = show('/audit');
  await screen.findByText('edited window');
  expect(lastAsked(sent)?.get('event')).toBe('governance');
  await user.click(screen.getByRole('combobox', { name: 'Kind of event' }));
  await user.click(await screen.findByRole('option', { name: 'Sign-ins' }));
  await waitFor(() => expect(router.state.location.search).toEqual({ event: 'sign_in' }));
  await waitFor(() => expect(lastAsked(sent)?.get('event')).toBe('sign_in'));
});

it('sends every filter of the address, and takes them all off at once', async () => {
  const sent = serve({ 'GET /people/per_02': { id: 'per_02', name: 'Mara Releases' } });
  const { user, router } = show(
    '/audit?kind=release&event=all&person=per_02&from=2026-11-01T00:00:00Z',
  );
  expect(await screen.findByDisplayValue('Mara Releases')).toBeInTheDocument();
  const query = lastAsked(sent);
  expect([
    query?.get('kind'),
    query?.get('person'),
    query?.get('from'),
    query?.get('event'),
  ]).toEqual(['release', 'per_02', '2026-11-01T00:00:00Z', null]);
  await user.click(screen.getByRole('button', { name: 'Clear filters' }));
  await waitFor(() => expect(router.state.location.search).toEqual({}));
});

it('tells the record, the reason, and each field before and after, without ids', async () => {
  serve();
  show('/audit');
  const row = (await screen.findByText('edited window')).closest('li')!;
  expect(within(row).getByRole('link', { name: /REL-17/ })).toHaveAttribute(
    'href',
    '/releases/REL-17/overview',
  );
  expect(within(row).getByText('“The bank asked for another night.”')).toBeInTheDocument();
  const cells = within(row).getAllByRole('cell');
  expect(cells.map((cell) => cell.textContent)).toEqual([
    'Sat 21 Nov 2026 21:00 – 23:00 Europe/Amsterdam',
    'Sat 28 Nov 2026 21:00 – 23:00 Europe/Amsterdam',
  ]);
  expect(row.textContent).not.toMatch(/per_|rel_|\{/);
});
