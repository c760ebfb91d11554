// The team page: people are named, an edit replaces them, its work is one link away.
import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { anna, cem, me } from '@/testing/fixtures';
import { keeper } from '@/testing/keeper';
import { show } from '@/testing/render';
import { serve, writes } from '@/testing/server';

const team = { id: 'tem_01', version: 3, name: 'Payments', description: '', members: [anna, cem] };

it('removes a person from a team by sending the others', async () => {
  const sent = serve({
    ...keeper,
    'GET /teams': { items: [team] },
    'PATCH /teams/tem_01': { id: 'tem_01', version: 4 },
  });
  const { user } = show('/teams');
  expect(await screen.findByRole('link', { name: 'Its changes' })).toHaveAttribute(
    'href',
    '/changes?team=tem_01',
  );
  await user.click(screen.getByRole('button', { name: 'Edit Payments' }));
  const dialog = await screen.findByRole('dialog');
  await user.click(within(dialog).getByRole('button', { name: `Remove ${anna.name}` }));
  await user.click(within(dialog).getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(writes(sent)).toHaveLength(1));
  expect(writes(sent)[0]?.body).toEqual({ members: [cem.id] });
});

it('leads from a team to its part of the log whoever may read that', async () => {
  serve({ 'GET /teams': { items: [team] } });
  const { unmount } = show('/teams');
  expect(await screen.findByRole('link', { name: 'In the log: Payments' })).toHaveAttribute(
    'href',
    '/audit?subject=tem_01',
  );
  unmount();
  serve({ 'GET /teams': { items: [team] }, 'GET /session': { ...me, permissions: [] } });
  show('/teams');
  expect(await screen.findByRole('link', { name: 'Its changes' })).toBeInTheDocument();
  expect(screen.queryByRole('link', { name: 'In the log: Payments' })).not.toBeInTheDocument();
});
