// What was told of a change stands on its page, and what was given up is sent again from there.
import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { change, changeConflicts } from '@/testing/changeFixture';
import { keeper } from '@/testing/keeper';
import { show } from '@/testing/render';
import { serve, writes } from '@/testing/server';

const notice = {
  id: 'ntc_07',
  record: { id: 'chg_41', number: 'CHG-41', name: change.title },
  place: 812,
  moment: 'moved_on',
  at: '2026-11-21T08:00:00Z',
  audience: [{ audience: 'team', people: 2 }],
  people: 2,
  sent: 1,
  waiting: 0,
  in_doubt: 0,
  dead: 1,
  superseded: 0,
};

const answers = {
  ...keeper,
  'GET /conflicts': changeConflicts,
  'GET /changes/CHG-41': change,
  'GET /notices': { items: [notice] },
  'POST /notices/ntc_07/retry': { deliveries: 1 },
};

it('shows what was told of it, and sends again what was not delivered', async () => {
  const session = keeper['GET /session'];
  const permissions = [...session.permissions, 'notice.write'];
  const sent = serve({ ...answers, 'GET /session': { ...session, permissions } });
  const { user } = show('/changes/CHG-41');
  const told = await screen.findByRole('region', { name: 'What was told' });
  expect(within(told).getByText('It moved on')).toBeInTheDocument();
  expect(within(told).getByText('1 not delivered')).toBeInTheDocument();
  await user.click(within(told).getByRole('button', { name: 'Send again' }));
  await waitFor(() => expect(writes(sent)).toHaveLength(1));
  expect(writes(sent)[0]?.path).toBe('/notices/ntc_07/retry');
  const asked = sent.find((call) => call.path === '/notices');
  expect(asked?.query.get('change')).toBe('CHG-41');
});

it('says to a reader who may not send notices what that needs', async () => {
  serve(answers);
  show('/changes/CHG-41');
  const again = await screen.findByRole('button', { name: 'Send again' });
  expect(again).toBeDisabled();
  expect(again).toHaveAttribute('title', expect.stringContaining('notice.write'));
});
