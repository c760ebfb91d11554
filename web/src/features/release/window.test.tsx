import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { release } from '@/testing/fixtures';
import { show } from '@/testing/render';
import { serve, writes } from '@/testing/server';

const window = { start: '2026-11-24T20:00:00Z', end: '2026-11-24T22:00:00Z', zone: 'UTC' };
const later = { start: '2026-11-25T20:00:00Z', end: '2026-11-25T22:00:00Z', zone: 'UTC' };
const payments = {
  team: { id: 'tem_1', name: 'Payments' },
  services: [{ id: 'svc_1', name: 'Checkout' }],
  state: 'asked',
  window,
  asked_by: 'Mara',
  asked_at: '2026-11-20T20:00:00Z',
  yours: true,
};

function planned(row: object, verbs: string[]) {
  const actions = verbs.map((name) => ({ name, allowed: true }));
  return { ...release, window, window_answers: [{ ...payments, ...row }], actions };
}

async function block() {
  return within(await screen.findByRole('region', { name: 'What the teams say of the window' }));
}

describe('the window of a release', () => {
  it('is asked of the teams with a word', async () => {
    const asked = planned({ state: 'not_asked', asked_at: null, yours: false }, ['ask_window']);
    const sent = serve({ 'GET /releases/REL-17': asked });
    const { user } = show('/releases/REL-17/overview');
    await user.click((await block()).getByRole('button', { name: 'Ask the teams' }));
    const dialog = await screen.findByRole('dialog');
    await user.type(within(dialog).getByRole('textbox'), 'Ten minutes');
    await user.click(within(dialog).getByRole('button', { name: 'Ask the teams' }));
    await waitFor(() => expect(writes(sent)[0]?.body).toEqual({ note: 'Ten minutes' }));
    expect(writes(sent)[0]?.path).toBe('/releases/REL-17/window/ask');
  });

  it('is accepted by a member as it was seen, and by nobody else', async () => {
    const verbs = ['ask_window', 'answer_window'];
    const sent = serve({ 'GET /releases/REL-17': planned({}, verbs) });
    const { user } = show('/releases/REL-17/overview');
    await user.click((await block()).getByRole('button', { name: 'Accept' }));
    await waitFor(() =>
      expect(writes(sent)[0]).toMatchObject({
        path: '/releases/REL-17/window/accept',
        body: { team: 'tem_1', seen: window },
      }),
    );
  });

  it('shows no answer to who may not give one', async () => {
    serve({ 'GET /releases/REL-17': planned({ yours: false }, ['ask_window']) });
    show('/releases/REL-17/overview');
    const shown = await block();
    expect(shown.queryByRole('button', { name: 'Accept' })).toBeNull();
    expect(shown.getByRole('button', { name: 'Ask again' })).toBeVisible();
  });

  it('that a team proposes is taken with one click', async () => {
    const countered = { state: 'countered', yours: false, answered_by: 'Omar', instead: later };
    const sent = serve({ 'GET /releases/REL-17': planned(countered, ['take_window']) });
    const { user } = show('/releases/REL-17/overview');
    await user.click((await block()).getByRole('button', { name: 'Take this window' }));
    await waitFor(() => expect(writes(sent)[0]?.body).toEqual({ team: 'tem_1' }));
  });
});
