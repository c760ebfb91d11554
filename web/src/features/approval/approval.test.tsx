import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { deploying, release } from '@/testing/fixtures';
import { approvalRow } from '@/testing/lists';
import { show } from '@/testing/render';
import { serve, writes } from '@/testing/server';

const second = {
  ...approvalRow,
  subject: { id: deploying.id, number: deploying.number, name: deploying.title },
};

it('is decided by keys: next, previous, approve', async () => {
  const sent = serve({
    'GET /approvals': { items: [approvalRow, second] },
    'POST /releases/REL-17/approve': { id: release.id, version: 8 },
  });
  const { user } = show('/approvals');
  expect(await screen.findByRole('article', { name: 'Ledger 9' })).toBeInTheDocument();
  await user.keyboard('j');
  expect(await screen.findByRole('article', { name: 'Card service minor' })).toBeInTheDocument();
  await user.keyboard('k');
  const pane = await screen.findByRole('article', { name: 'Ledger 9' });
  await within(pane).findByRole('button', { name: 'Approve' });
  await user.keyboard('a');
  const dialog = await screen.findByRole('dialog');
  await user.click(within(dialog).getByRole('button', { name: 'Approve' }));
  await waitFor(() => expect(writes(sent)[0]?.path).toBe('/releases/REL-17/approve'));
});

it('points out what was edited since it was last seen', async () => {
  const seen = {
    hash: 'older',
    parts: [{ name: 'window', hash: 'old', content: { start: 'yesterday', end: 'today' } }],
  };
  localStorage.setItem(`seen:${release.id}`, JSON.stringify(seen));
  serve();
  show('/approvals');
  const block = await screen.findByRole('region', { name: 'Edited since you last saw it' });
  expect(within(block).getByText('yesterday')).toBeInTheDocument();
  localStorage.clear();
});

it('says so when nothing waits', async () => {
  serve({ 'GET /approvals': { items: [] } });
  show('/approvals');
  expect(await screen.findByText('Nothing waits for you')).toBeInTheDocument();
});
