// Links to what waits for a change: who was told once it was done, and who was not.
import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { change, changeConflicts } from '@/testing/changeFixture';
import { keeper } from '@/testing/keeper';
import { show } from '@/testing/render';
import { serve, writes } from '@/testing/server';

const reader = keeper['GET /session'];
const teller = { ...reader, permissions: [...reader.permissions, 'notice.write'] };

it('tells who was told by a notice and when, and why another was not', async () => {
  const links = [
    {
      kind: 'request',
      target: 'SR-1',
      tell: 'olga',
      done: true,
      told: { whom: 'Olga Owner', at: '2026-11-21T08:00:00Z' },
    },
    { kind: 'problem', target: 'PRB-3', tell: 'Piet', untold: { reason: 'Piet is no login here' } },
    { kind: 'request', target: 'SR-2', tell: 'cleo', untold: { reason: 'no', notice: 'ntc_7' } },
  ];
  const actions = [...change.actions, { name: 'settle_links', allowed: true }];
  const sent = serve({
    ...keeper,
    'GET /session': teller,
    'GET /conflicts': changeConflicts,
    'GET /changes/CHG-41': { ...change, links, actions },
    'POST /notices/ntc_7/retry': { deliveries: 1 },
  });
  const { user } = show('/changes/CHG-41');
  const entry = async (target: string) => {
    const text = await screen.findByText(target);
    return text.closest('li') as HTMLElement;
  };
  const told = await entry('SR-1');
  expect(told).toHaveTextContent('told Olga Owner at');
  expect(told.querySelector('time')).toHaveAttribute('datetime', '2026-11-21T08:00:00Z');
  expect(told).not.toHaveTextContent('tell olga');
  expect(within(told).getByRole('checkbox', { name: 'Told: SR-1' })).toBeChecked();
  const open = await entry('PRB-3');
  expect(open).toHaveTextContent('tell Piet · not told by a notice: Piet is no login here');
  expect(within(open).getByRole('checkbox', { name: 'Told: PRB-3' })).not.toBeChecked();
  expect(within(open).queryByRole('button', { name: 'Send it again' })).not.toBeInTheDocument();
  const reminder = screen.getByText(/Still to be told/);
  expect(reminder).toHaveTextContent('Piet about problem PRB-3; cleo about request SR-2');
  await user.click(within(await entry('SR-2')).getByRole('button', { name: 'Send it again' }));
  await waitFor(() => expect(writes(sent)[0]?.path).toBe('/notices/ntc_7/retry'));
  const again = () => screen.queryByRole('button', { name: 'Send it again' });
  await waitFor(() => expect(again()).not.toBeInTheDocument());
});

it('says to a reader who may not send notices what that needs', async () => {
  const untold = { reason: 'no such mailbox', notice: 'ntc_7' };
  const links = [{ kind: 'request', target: 'SR-2', tell: 'cleo', untold }];
  const sent = serve({
    ...keeper,
    'GET /conflicts': changeConflicts,
    'GET /changes/CHG-41': { ...change, links },
  });
  const { user } = show('/changes/CHG-41');
  await user.click(await screen.findByRole('button', { name: 'Send it again' }));
  expect(await screen.findByText(/needs the permission notice.write/)).toBeInTheDocument();
  expect(writes(sent)).toEqual([]);
});
