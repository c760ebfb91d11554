// Incident pages: what is sent when one is recorded, and the way to the change that caused it.
import { screen, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';
import { keeper } from '@/testing/keeper';
import { show } from '@/testing/render';
import { serve, writes } from '@/testing/server';
import type { Schema } from '@/lib/schema';
import type { Incident } from './queries';

const incident: Incident = {
  id: 'inc_3',
  number: 'INC-3',
  version: 2,
  title: 'Card payments time out',
  description: 'One in five.',
  priority: 1,
  state: 'open',
  opened_at: '2026-11-20T08:00:00Z',
  resolved_at: null,
  cis: [{ id: 'ci_01', name: 'db-2' }],
  services: [],
  assignee: null,
  caused_by: { id: 'chg_41', number: 'CHG-41', name: 'Move the ledger' },
  links: [],
  comments: [],
  imported: null,
  actions: [{ name: 'edit', allowed: true }],
};

it('leads from an incident to the change that caused it', async () => {
  serve({
    ...keeper,
    'GET /incidents/INC-3': incident,
  });
  show('/incidents/INC-3');
  expect(await screen.findByRole('link', { name: /CHG-41 Move the ledger/ })).toHaveAttribute(
    'href',
    '/changes/CHG-41',
  );
});

it('resolves an open incident at this moment, bound to its version', async () => {
  const sent = serve({
    ...keeper,
    'GET /incidents/INC-3': incident,
    'PATCH /incidents/inc_3': { id: 'inc_3', version: 3 },
  });
  const { user } = show('/incidents/INC-3');
  await user.click(await screen.findByRole('button', { name: 'Mark as resolved' }));
  await waitFor(() => expect(writes(sent)).toHaveLength(1));
  const write = writes(sent)[0];
  expect(write?.headers.get('If-Match')).toBe('"2"');
  expect(write?.body).toMatchObject({ state: 'resolved' });
  const { resolved_at } = write?.body as { resolved_at: string };
  expect(Math.abs(Date.parse(resolved_at) - Date.now())).toBeLessThan(60_000);
});

it('records a new incident with the time the reader sees, as an instant', async () => {
  const sent = serve({
    ...keeper,
    'POST /incidents': { id: 'inc_4', number: 'INC-4', version: 1 },
  });
  const { user, router } = show('/incidents/new');
  await user.type(await screen.findByRole('textbox', { name: /Title/ }), 'Login fails');
  await user.click(screen.getByRole('button', { name: 'Record the incident' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/incidents/INC-4'));
  const body = writes(sent)[0]?.body as Record<string, unknown>;
  expect(body).toMatchObject({ title: 'Login fails', priority: 3, state: 'open' });
  expect(Math.abs(Date.parse(body.opened_at as string) - Date.now())).toBeLessThan(120_000);
});

const near: Schema<'Near'> = {
  hours: 24,
  from: '2026-11-19T08:00:00Z',
  to: '2026-11-20T08:00:00Z',
  cis: 3,
  truncated: false,
  items: [
    {
      change: { id: 'chg_42', number: 'CHG-42', name: 'Renew the certificates' },
      release: { id: 'rel_7', number: 'REL-7', name: 'Payments 4.2' },
      began_at: '2026-11-20T07:30:00Z',
      ended_at: '2026-11-20T07:48:00Z',
      under_way: false,
      minutes_before: 12,
      outcome: 'successful',
      nearness: 'same_ci',
      hit: { id: 'ci_01', name: 'db-2' },
      path: '',
      causality: 'inferred',
      within_hours: 24,
      why: 'worked on db-2, which this incident hits; ended 12 min before it began; successful',
    },
  ],
};

it('names what was changed lately as the cause in one click, bound to what was seen', async () => {
  const sent = serve({
    ...keeper,
    'GET /incidents/INC-3': { ...incident, caused_by: null },
    'GET /incidents/inc_3/near': near,
    'PATCH /incidents/inc_3': { id: 'inc_3', version: 3 },
  });
  const { user } = show('/incidents/INC-3');
  expect(await screen.findByText(/ended 12 min before it began/)).toBeInTheDocument();
  expect(screen.getByText(/inferred: same place within 24 h/)).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Name as the cause' }));
  await waitFor(() => expect(writes(sent)).toHaveLength(1));
  expect(writes(sent)[0]?.headers.get('If-Match')).toBe('"2"');
  expect(writes(sent)[0]?.body).toEqual({ caused_by: 'chg_42' });
});
