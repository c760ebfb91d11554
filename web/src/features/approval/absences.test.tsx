import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { anna, cem } from '@/testing/fixtures';
import { approvalRow } from '@/testing/lists';
import { show } from '@/testing/render';
import { serve, writes } from '@/testing/server';
import type { Delegation } from './queries';

const leave: Delegation = {
  id: 'dlg_1',
  version: 3,
  person: anna,
  deputy: cem,
  from: null,
  until: '2099-01-04T00:00:00Z',
  reason: 'on leave',
  state: 'in_force',
  revocable: true,
};

it('shows who votes in whose place, and takes it back', async () => {
  const sent = serve({
    'GET /delegations': { items: [leave] },
    'DELETE /delegations/dlg_1': { id: 'dlg_1', version: 4 },
  });
  const { user } = show('/settings/absences');
  expect(await screen.findByText('In force')).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: `Take back the deputy of ${anna.name}` }));
  const dialog = await screen.findByRole('dialog');
  await user.click(within(dialog).getByRole('button', { name: 'Take back' }));
  await waitFor(() => expect(writes(sent)[0]?.path).toBe('/delegations/dlg_1'));
  expect(writes(sent)[0]?.headers.get('If-Match')).toBe('"3"');
});

it('teaches what a deputy is when nobody is absent', async () => {
  serve({ 'GET /delegations': { items: [] } });
  show('/settings/absences');
  expect(await screen.findByText('Nobody is absent')).toBeInTheDocument();
});

it('says in whose place the reader is asked, and that it is late', async () => {
  const asked = { ...approvalRow, on_behalf_of: anna, escalated: true, reminded: true };
  serve({ 'GET /approvals': { items: [asked] } });
  show('/approvals');
  expect(await screen.findByText(`for ${anna.name}`)).toBeInTheDocument();
  expect(screen.getByText('Escalated')).toBeInTheDocument();
});
