// The plan of the backlog: ordered, taken alone or all at once.
import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { changeConflicts } from '@/testing/changeFixture';
import { show } from '@/testing/render';
import { Refuse, serve, writes } from '@/testing/server';

const slot = (day: number) => ({
  window: {
    start: `2026-12-0${day}T20:00:00Z`,
    end: `2026-12-0${day}T21:00:00Z`,
    zone: 'UTC',
  },
  earliest: true,
  reasons: [{ kind: 'earliest', good: true, detail: 'nothing before it is free' }],
  warnings: [],
});
const item = (number: string, day: number) => ({
  subject: { id: number, number, name: `Work of ${number}` },
  kind: 'change',
  version: 3,
  committed: false,
  rank: 'its most critical service is of criticality 1',
  after: [],
  slot: slot(day),
  refused: [
    {
      window: slot(1).window,
      until: slot(day).window.start,
      conflicts: [{ ...changeConflicts.items[0]!, detail: 'CHG-9 works on db-2 too' }],
    },
  ],
});
const waits = {
  ...item('CHG-52', 1),
  slot: null,
  refused: [],
  why: 'no slot is free before 2027-03-01T00:00:00Z',
};
const plan = { items: [item('CHG-50', 5), item('CHG-51', 6), waits], truncated: false };
const record = (number: string) => ({ id: number, number, version: 3, phase: 'draft' });
const ANSWERS = {
  'POST /plans': plan,
  'GET /changes/CHG-50': record('CHG-50'),
  'GET /changes/CHG-51': record('CHG-51'),
  'POST /changes/CHG-50/schedule/preview': { effect: { votes_voided: 0, slips: [] } },
};
const taken = (sent: ReturnType<typeof serve>) =>
  writes(sent).filter((call) => call.method === 'PATCH');

describe('the plan of the backlog', () => {
  it('tells each slot with what was refused before it, and saves nothing by itself', async () => {
    const sent = serve(ANSWERS);
    show('/calendar/plan');
    const list = await screen.findByRole('list', { name: /Slots in the order/ });
    expect(within(list).getAllByText('CHG-9 works on db-2 too.')).toHaveLength(2);
    expect(within(list).getByText(/No slot is free before/)).toBeInTheDocument();
    expect(taken(sent)).toHaveLength(0);
  });

  it('takes one slot by an ordinary edit', async () => {
    const sent = serve({ ...ANSWERS, 'PATCH /changes/CHG-50': { id: 'CHG-50', version: 4 } });
    const { user } = show('/calendar/plan');
    await user.click(await screen.findByRole('button', { name: /^Take .* for CHG-50$/ }));
    await waitFor(() => expect(taken(sent)).toHaveLength(1));
    expect(taken(sent)[0]?.body).toEqual({ window: slot(5).window });
  });

  it('takes all of them, and says which were refused', async () => {
    const refused = { code: 'request.stale', detail: 'Someone else wrote it.', errors: [] };
    const sent = serve({
      ...ANSWERS,
      'PATCH /changes/CHG-50': { id: 'CHG-50', version: 4 },
      'PATCH /changes/CHG-51': new Refuse(412, refused),
    });
    const { user } = show('/calendar/plan');
    await user.click(await screen.findByRole('button', { name: 'Take all 2 slots' }));
    expect(await screen.findByText(/1 window set\. CHG-51: Someone else wrote it/)).toBeVisible();
    expect(taken(sent)).toHaveLength(2);
  });

  it('plans anew when the order is changed', async () => {
    const sent = serve(ANSWERS);
    const { user } = show('/calendar/plan');
    const later = await screen.findByRole('button', { name: 'CHG-50 comes later in the backlog' });
    await user.click(later);
    const asked = () => sent.filter((call) => call.path === '/plans');
    const orders = () => asked().map((call) => (call.body as { order: string[] }).order);
    await waitFor(() => expect(orders().at(-1)).toEqual(['CHG-51', 'CHG-50', 'CHG-52']));
    expect(
      screen.getByRole('button', { name: 'CHG-50 comes earlier in the backlog' }),
    ).toBeDisabled();
  });
});
