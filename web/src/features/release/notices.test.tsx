// The tab of notices: the plan with who is told, a text as it would be sent, what was told, and what
// could not be delivered.
import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { mara } from '@/testing/fixtures';
import { show } from '@/testing/render';
import { serve, writes } from '@/testing/server';

const notice = {
  id: 'ntc_01',
  record: { id: 'rel_01', number: 'REL-17', name: 'Ledger 9' },
  place: 1,
  moment: 'before',
  at: '2026-11-21T08:00:00Z',
  audience: [{ audience: 'customers', people: 3 }],
  people: 3,
  sent: 2,
  waiting: 0,
  in_doubt: 0,
  dead: 1,
  superseded: 0,
};

const moment = (name: string, state: string, optional: boolean) => ({
  moment: name,
  state,
  responsible: mara,
  named: false,
  optional,
});

const communication = {
  release: notice.record,
  version: 0,
  what: 'Ledger 9',
  window: null,
  committed: false,
  why: 'A new ledger.',
  impact: '',
  action: '',
  downtime_minutes: null,
  contact: '',
  rollback: 'its changes are taken back in reverse order',
  measures: ['errors: below 1 %'],
  moments: [
    moment('before', 'told', true),
    moment('moved', 'not_needed', false),
    moment('start', 'waits', true),
  ],
  services: [],
  groups: [],
  audience: [{ audience: 'team', people: 1 }],
  people: 1,
  waiting: 0,
  dead: 1,
  notices: [notice],
  actions: [
    { name: 'edit', allowed: true },
    { name: 'retry', allowed: true },
  ],
};

const preview = {
  moment: 'before',
  audience: 'customers',
  zone: 'UTC',
  subject: 'Planned: Payments',
  text: 'We will work on Payments.',
  html: '<p>We will work on Payments.</p>',
  slack: '{}',
  teams: '{}',
};

const answers = {
  'GET /releases/REL-17/communication': communication,
  'POST /releases/REL-17/communication/preview': preview,
};

it('shows the plan, a text, who is told, and sends again what was not delivered', async () => {
  const sent = serve({ ...answers, 'POST /notices/ntc_01/retry': { deliveries: 1 } });
  const { user } = show('/releases/REL-17/notices');
  expect(await screen.findByText('A new ledger.')).toBeInTheDocument();
  expect(screen.getByText('No user group has to do with what this release touches')).toBeVisible();
  expect(await screen.findByText('We will work on Payments.')).toBeInTheDocument();
  expect(screen.getByText('Some notices could not be delivered')).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Send again' }));
  await waitFor(() => expect(writes(sent)).toHaveLength(1));
  expect(writes(sent)[0]?.path).toBe('/notices/ntc_01/retry');
});

it('sends only what was planned anew, with the version that was seen', async () => {
  const sent = serve({
    ...answers,
    'PATCH /releases/REL-17/communication': { id: 'rel_01', version: 1 },
  });
  const { user } = show('/releases/REL-17/notices');
  await user.click(await screen.findByRole('button', { name: 'Edit the plan' }));
  const dialog = await screen.findByRole('dialog');
  await user.type(
    within(dialog).getByRole('textbox', { name: 'What users will notice' }),
    'A pause.',
  );
  await user.click(within(dialog).getByRole('checkbox', { name: 'It begins' }));
  expect(within(dialog).queryByRole('checkbox', { name: 'Its date moved' })).toBeNull();
  await user.click(within(dialog).getByRole('button', { name: 'Save the plan' }));
  await waitFor(() => expect(writes(sent)).toHaveLength(1));
  expect(writes(sent)[0]?.body).toEqual({ impact: 'A pause.', off: ['start'] });
  expect(writes(sent)[0]?.headers.get('If-Match')).toBe('"0"');
});
