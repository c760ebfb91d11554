// The log page: filters are in the address and sent to the server; rows say who did what to what,
// and what each field was before and after.
import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { show } from '@/testing/render';
import { standing } from '@/testing/lists';
import { serve, writes, type Sent } from '@/testing/server';

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

it('shows how far the log is signed, and hands the checkpoint out as a file', async () => {
  const sent = serve({ 'POST /audit/checkpoint': standing.checkpoint });
  const { user } = show('/audit');
  expect(await screen.findByText('1040 of 1042 events')).toBeInTheDocument();
  expect(screen.getByText(standing.key!)).toBeInTheDocument();
  const keep = screen.getByRole('link', { name: 'Download the checkpoint' });
  expect(decodeURIComponent(keep.getAttribute('href')!)).toContain(standing.checkpoint!.note);
  await user.click(screen.getByRole('button', { name: 'Sign a checkpoint now' }));
  await waitFor(() => expect(writes(sent).map((call) => call.path)).toEqual(['/audit/checkpoint']));
});

it('checks a pack that is chosen, and says what is wrong with it', async () => {
  const checked = { release: 'REL-17', at: '', events: 214, records: 9, size: 1000, key: '' };
  let wrong: string | undefined = undefined;
  const sent = serve({ 'POST /audit/packs/verify': () => ({ ...checked, wrong }) });
  const { user } = show('/audit');
  await screen.findByRole('button', { name: 'Check a pack' });
  const field = document.querySelector<HTMLInputElement>('input[type=file]')!;
  const file = (text: string) => new File([text], 'REL-17.json', { type: 'application/json' });
  await user.upload(field, file('{"format": "interlock-evidence/1"}'));
  expect(await screen.findByText(/The pack of REL-17 is whole: 214 events/)).toBeInTheDocument();
  expect(writes(sent).at(-1)?.body).toEqual({ format: 'interlock-evidence/1' });
  wrong = 'event evt_1 at position 7: its payload is not what was written';
  await user.upload(field, file('{}'));
  expect(await screen.findByText(/is not whole: event evt_1 at position 7/)).toBeInTheDocument();
  await user.upload(field, file('<html>'));
  expect(await screen.findByText(/This file is no pack/)).toBeInTheDocument();
});
