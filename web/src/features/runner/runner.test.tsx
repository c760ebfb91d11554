// The page of runners: who is heard, and taking one out of work with a reason.
import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { keeper } from '@/testing/keeper';
import { show } from '@/testing/render';
import { serve, writes } from '@/testing/server';

const web = {
  id: 'rnr_01',
  version: 1,
  name: 'web-01',
  state: 'working',
  labels: ['web'],
  program: '1.0',
  seen_at: '2026-11-21T08:00:00Z',
  registered_at: '2026-11-20T08:00:00Z',
  holder: 'Ada',
  commands: [
    {
      name: 'deploy',
      program: '/usr/local/bin/deploy',
      args: [],
      patterns: {},
      time_limit_seconds: 60,
      has_status: false,
    },
  ],
};
const gone = { ...web, id: 'rnr_02', name: 'web-02', state: 'revoked' };

it('takes a runner out of work with a reason', async () => {
  const session = keeper['GET /session'];
  const permissions = [...session.permissions, 'runner.write'];
  const sent = serve({
    'GET /session': { ...session, permissions },
    'GET /runners': { items: [web, gone] },
    'POST /runners/web-01/revoke': { id: 'rnr_01', version: 2 },
  });
  const { user } = show('/settings/runners');
  const row = (await screen.findByText('web-01')).closest('tr')!;
  expect(within(row).getByText('Working')).toBeInTheDocument();
  expect(within(row).getByText('deploy')).toBeInTheDocument();
  expect(screen.queryByRole('button', { name: 'Revoke web-02' })).toBeNull();
  await user.click(within(row).getByRole('button', { name: 'Revoke web-01' }));
  const dialog = await screen.findByRole('dialog');
  await user.type(within(dialog).getByRole('textbox', { name: 'Why' }), 'the disk was stolen');
  await user.click(within(dialog).getByRole('button', { name: 'Revoke' }));
  await waitFor(() => expect(writes(sent)).toHaveLength(1));
  expect(writes(sent)[0]?.body).toEqual({ reason: 'the disk was stolen' });
});

it('shows who may not why not', async () => {
  serve({ ...keeper, 'GET /runners': { items: [web] } });
  show('/settings/runners');
  expect(await screen.findByRole('button', { name: 'Revoke web-01' })).toBeDisabled();
});
