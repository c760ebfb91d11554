// The knowledge pages: what is sent when an article is written, and what its verbs need.
import { screen, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';
import { keeper } from '@/testing/keeper';
import { show } from '@/testing/render';
import { serve, writes } from '@/testing/server';
import type { Article, Difference } from './queries';

const article: Article = {
  id: 'art_3',
  number: 'KB-3',
  version: 4,
  kind: 'workaround',
  audience: 'internal',
  title: 'A payment hangs',
  body: 'Press “Ask again”.',
  services: [{ id: 'svc_01', name: 'Payments' }],
  release: null,
  state: 'draft',
  authors: [{ id: 'per_01', name: 'Anna Requester' }],
  approved_by: null,
  approved_at: null,
  in_force: 1,
  versions: [
    {
      version: 1,
      title: 'A payment hangs',
      audience: 'internal',
      approved_by: { id: 'per_02', name: 'Mara Manager' },
      by: 'Anna Requester',
      at: '2026-11-20T08:00:00Z',
    },
  ],
  retired: null,
  actions: [
    { name: 'edit', allowed: true },
    { name: 'approve', allowed: true },
    {
      name: 'publish',
      allowed: false,
      refusal: { code: 'knowledge.wrong_state', detail: 'someone else approves it first' },
    },
    { name: 'retire', allowed: true },
  ],
};

const difference: Difference = {
  from: 1,
  to: null,
  title_before: 'A payment hangs',
  title: 'A payment hangs',
  lines: [
    { mark: 'removed', text: 'Call the bank.' },
    { mark: 'added', text: 'Press “Ask again”.' },
  ],
};

it('approves a draft bound to the version that was read', async () => {
  const sent = serve({
    ...keeper,
    'GET /knowledge/KB-3': article,
    'POST /knowledge/KB-3/approve': { id: 'art_3', number: 'KB-3', version: 5 },
  });
  const { user } = show('/knowledge/KB-3');
  await user.click(await screen.findByRole('button', { name: 'Approve' }));
  await waitFor(() => expect(writes(sent)).toHaveLength(1));
  expect(writes(sent)[0]?.headers.get('If-Match')).toBe('"4"');
});

it('tells what differs from the version in force, marks in words too', async () => {
  serve({
    ...keeper,
    'GET /knowledge/KB-3': article,
    'GET /knowledge/KB-3/difference': difference,
  });
  show('/knowledge/KB-3?tab=difference');
  expect(await screen.findByText('removed:', { exact: false })).toBeInTheDocument();
  expect(screen.getByText('Call the bank.')).toBeInTheDocument();
  expect(screen.getByText(/Compared with Version 1/)).toBeInTheDocument();
});

it('writes an article down and leads to it', async () => {
  const sent = serve({
    ...keeper,
    'POST /knowledge': { id: 'art_4', number: 'KB-4', version: 1 },
  });
  const { user, router } = show('/knowledge/new');
  await user.type(await screen.findByRole('textbox', { name: /Title/ }), 'Restart it');
  await user.type(screen.getByRole('textbox', { name: /Text/ }), 'Off, then on.');
  await user.click(screen.getByRole('button', { name: 'Write it down' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/knowledge/KB-4'));
  expect(writes(sent)[0]?.body).toMatchObject({
    title: 'Restart it',
    body: 'Off, then on.',
    kind: 'workaround',
    audience: 'internal',
  });
});
