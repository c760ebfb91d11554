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

it('puts what is on hold last, and says that it waits for nobody', async () => {
  serve({ 'GET /approvals': { items: [{ ...approvalRow, held: true }, second] } });
  show('/approvals');
  expect(await screen.findByRole('article', { name: 'Card service minor' })).toBeInTheDocument();
  const list = screen.getByRole('navigation', { name: 'Waiting for you' });
  const rows = within(list).getAllByRole('button');
  expect(rows.map((row) => within(row).queryByText('On hold') !== null)).toEqual([false, true]);
});

it('shows field by field what was edited since the vote and since it was last seen', async () => {
  localStorage.setItem('seen:/releases/REL-17', 'older');
  const sent = serve({
    'GET /releases/REL-17/approvals/difference': {
      items: [
        {
          since: 'vote',
          round: 1,
          at: '2026-11-20T10:00:00Z',
          content_hash: 'voted',
          truncated: false,
          fields: [
            { part: 'plans', field: 'implementer', before: 'Ivan', after: 'Ines' },
            { part: 'window', field: 'end', before: 'yesterday', after: null },
          ],
        },
      ],
    },
  });
  show('/approvals');
  const block = await screen.findByRole('region', { name: 'Edited since you voted' });
  expect(within(block).getByText('Ines')).toBeInTheDocument();
  expect(within(block).getByText('yesterday')).toBeInTheDocument();
  const asked = sent.find((call) => call.path.endsWith('/difference'));
  expect(asked?.query.get('seen')).toBe('older');
  localStorage.clear();
});

it('puts the longer windows that are asked for before all else', async () => {
  serve({
    'GET /extensions': {
      items: [
        {
          subject: { id: deploying.id, number: deploying.number, name: deploying.title },
          subject_kind: 'release',
          end: '2026-11-24T23:00:00Z',
          reason: 'the copy is slow',
          asked_by: { id: 'per_1', name: 'Ivan' },
          asked_at: '2026-11-24T21:00:00Z',
        },
      ],
    },
  });
  show('/approvals');
  const block = await screen.findByRole('region', { name: 'Longer windows that are asked for' });
  expect(within(block).getByText(/the copy is slow/)).toBeInTheDocument();
  expect(within(block).getByRole('link', { name: /REL-18/ })).toBeInTheDocument();
});

it('says so when nothing waits', async () => {
  serve({ 'GET /approvals': { items: [] } });
  show('/approvals');
  expect(await screen.findByText('Nothing waits for you')).toBeInTheDocument();
});
