// The inbox, the user groups and the channels: what was told is read, an address a line becomes a
// list, and a secret that was not typed is not sent.
import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { keeper } from '@/testing/keeper';
import { show } from '@/testing/render';
import { serve, writes } from '@/testing/server';

const item = {
  id: 'ntc_01',
  record: { id: 'rel_01', number: 'REL-17', name: 'Ledger 9' },
  moment: 'before',
  subject: 'Planned: Payments',
  body: 'We will work on Payments.\n\n<b>not bold</b>',
  at: '2026-11-21T08:00:00Z',
  read: false,
};

it('shows what was told as it is written, and marks it as read', async () => {
  const sent = serve({
    'GET /inbox': { items: [item], unread: 1 },
    'POST /inbox/read': { items: [{ ...item, read: true }], unread: 0 },
  });
  const { user } = show('/inbox');
  expect(await screen.findByRole('link', { name: 'Notices, 1 not read' })).toBeInTheDocument();
  const told = await screen.findByRole('article', { name: item.subject });
  expect(within(told).getByText(/<b>not bold<\/b>/)).toBeInTheDocument();
  expect(within(told).getByRole('link', { name: item.subject })).toHaveAttribute(
    'href',
    '/releases/REL-17/notices',
  );
  await user.click(screen.getByRole('button', { name: 'Mark all as read' }));
  await waitFor(() => expect(writes(sent)).toHaveLength(1));
  expect(writes(sent)[0]).toMatchObject({ path: '/inbox/read', body: {} });
});

it('leads from a move to the record that moved on', async () => {
  const moved = { ...item, moment: 'moved_on', subject: 'CHG-7 approved: Ledger' };
  const change = { id: 'chg_07', number: 'CHG-7', name: 'Ledger' };
  const release = { ...moved, id: 'ntc_02', subject: 'REL-17 approved: Ledger 9' };
  serve({ 'GET /inbox': { items: [{ ...moved, record: change }, release], unread: 2 } });
  show('/inbox');
  const link = (name: string) => screen.findByRole('link', { name });
  expect(await link(moved.subject)).toHaveAttribute('href', '/changes/CHG-7');
  expect(await link(release.subject)).toHaveAttribute('href', '/releases/REL-17/overview');
});

it('leads from a digest to the releases, and from each to its summary', async () => {
  const body = 'REL-7 Spring\n/releases/REL-7/summary\n\nsee /releases/REL-8/summary';
  const record = { id: 'per_01', name: 'Mara Manager' };
  const digest = { ...item, record, moment: 'digest', subject: 'Digest of releases', body };
  serve({ 'GET /inbox': { items: [digest], unread: 1 } });
  show('/inbox');
  const told = await screen.findByRole('article', { name: digest.subject });
  const links = within(told).getAllByRole('link');
  expect(links.map((link) => link.getAttribute('href'))).toEqual([
    '/releases',
    '/releases/REL-7/summary',
  ]);
  expect(links[1]).toHaveTextContent('Summary of REL-7');
  expect(within(told).getByText(/see .releases.REL-8/)).toBeInTheDocument();
});

it('says what the inbox is for when nothing was told', async () => {
  serve();
  show('/inbox');
  expect(await screen.findByText('Nothing was told to you yet')).toBeInTheDocument();
});

const session = keeper['GET /session'];
const may = {
  'GET /session': {
    ...session,
    permissions: [...session.permissions, 'notice.write', 'channel.write'],
  },
};

const group = {
  id: 'ugr_01',
  version: 2,
  name: 'Shops',
  audience: 'customers',
  zone: null,
  services: [],
  members: 1,
  people: [],
  addresses: ['eve@example.org'],
};

it('reads a user group whole before it is edited, and sends one address a line', async () => {
  const sent = serve({
    ...may,
    'GET /user-groups': { items: [{ ...group, people: undefined, addresses: undefined }] },
    'GET /user-groups/ugr_01': group,
    'PATCH /user-groups/ugr_01': { id: 'ugr_01', version: 3 },
  });
  const { user } = show('/settings/user-groups');
  await user.click(await screen.findByRole('button', { name: 'Edit Shops' }));
  const dialog = await screen.findByRole('dialog');
  const addresses = within(dialog).getByRole('textbox', { name: /E-mail addresses/ });
  expect(addresses).toHaveValue('eve@example.org');
  await user.type(addresses, '\nbob@example.org');
  await user.click(within(dialog).getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(writes(sent)).toHaveLength(1));
  expect(writes(sent)[0]?.body).toEqual({ addresses: ['eve@example.org', 'bob@example.org'] });
});

const channel = {
  id: 'chn_01',
  version: 1,
  name: 'Mail',
  kind: 'email',
  host: 'mail.example.org',
  port: 587,
  security: 'starttls',
  user: 'interlock',
  from: 'changes@example.org',
  services: [],
  has_secret: true,
  off: false,
  waiting: 0,
  dead: 2,
};

it('keeps the secret of a channel that is edited, and tells what became of a test', async () => {
  const sent = serve({
    ...may,
    'GET /channels': { items: [channel] },
    'PATCH /channels/chn_01': { id: 'chn_01', version: 2 },
    'POST /channels/chn_01/test': { delivered: false, detail: 'no mail server: refused' },
  });
  const { user } = show('/settings/channels');
  await user.click(await screen.findByRole('button', { name: 'Edit Mail' }));
  const dialog = await screen.findByRole('dialog');
  expect(within(dialog).getByLabelText('Password')).toHaveValue('');
  const host = within(dialog).getByRole('textbox', { name: /Host of the mail server/ });
  await user.clear(host);
  await user.type(host, 'smtp.example.org');
  await user.click(within(dialog).getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(writes(sent)).toHaveLength(1));
  expect(writes(sent)[0]?.body).toEqual({ host: 'smtp.example.org' });

  await user.click(await screen.findByRole('button', { name: 'Send a test by Mail' }));
  const test = await screen.findByRole('dialog');
  await user.click(within(test).getByRole('button', { name: 'Send the test' }));
  expect(await within(test).findByText('no mail server: refused')).toBeInTheDocument();
});
