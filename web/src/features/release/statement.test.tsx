// The scope of a release beside its changes: what is proposed, what feels it, and who signed off.
import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { release } from '@/testing/fixtures';
import { show } from '@/testing/render';
import { serve, writes } from '@/testing/server';

const ref = (id: string, name: string) => ({ id, name });
const network = ref('tem_1', 'Team Network');

const scope = {
  release: { id: release.id, number: release.number, name: release.title },
  frozen: false,
  included: [],
  independent: [],
  excluded: [],
  shared: [],
  shared_more: false,
  proposed: [
    {
      kind: 'third_party',
      ci: ref('ci_1', 'mail-gw'),
      service: null,
      team: network,
      path: 'pay-app → uses → mail-gw',
      changes: [],
    },
  ],
  impact: [
    { service: ref('svc_1', 'Payments'), criticality: 1, direct: true, changes: [] },
    { service: ref('svc_2', 'Shop'), criticality: 2, direct: false, changes: [] },
  ],
  risk: release.risk,
  teams: [
    { team: network, owns: 'the firewall', signs_off: 'reachable', changes: [], yours: true },
    {
      team: ref('tem_2', 'Depots'),
      owns: 'the racks',
      signs_off: 'power',
      changes: [],
      signed_by: 'Paul',
      signed_at: '2026-11-20T10:00:00Z',
      signed_note: 'measured',
    },
    { team: ref('tem_3', 'Payments'), owns: 'it', signs_off: 'it', changes: [], lapsed: true },
  ],
  after: [],
  followers: [],
};

const actions = ['state_scope', 'sign_off'].map((name) => ({ name, allowed: true, refusal: null }));
const ANSWERS = {
  'GET /releases/REL-17': { ...release, actions: [...release.actions, ...actions] },
  'GET /releases/REL-17/scope': scope,
};

describe('the scope of a release', () => {
  it('proposes parts with the way to them, and takes one over into a form', async () => {
    const sent = serve({
      ...ANSWERS,
      'PATCH /releases/REL-17/scope': { id: release.id, version: 8 },
    });
    const { user } = show('/releases/REL-17/scope');
    const section = await screen.findByRole('region', {
      name: 'Parts that may have to be handled',
    });
    expect(within(section).getByRole('heading', { name: 'Third parties' })).toBeInTheDocument();
    expect(within(section).getByText('pay-app → uses → mail-gw')).toBeInTheDocument();
    await user.click(within(section).getByRole('button', { name: /mail-gw/ }));
    const dialog = await screen.findByRole('dialog');
    await user.click(within(dialog).getByRole('button', { name: /^(Add|Save|State)/ }));
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    expect(writes(sent)[0]?.body).toMatchObject({
      independent: [{ what: 'mail-gw', reason: 'pay-app → uses → mail-gw' }],
    });
  });

  it('shows which services feel it', async () => {
    serve(ANSWERS);
    show('/releases/REL-17/scope');
    const section = await screen.findByRole('region', {
      name: 'Services of production that feel it',
    });
    const rows = within(section)
      .getAllByRole('listitem')
      .map((row) => row.textContent);
    expect(rows[0]).toContain('Payments');
    expect(rows[0]).toContain('touched by');
    expect(rows[1]).toContain('rests on what is touched by');
  });

  it('signs off the part of the reader’s team, and says what was signed off', async () => {
    const sent = serve({
      ...ANSWERS,
      'POST /releases/REL-17/scope/sign-off': { id: release.id, version: 8 },
    });
    const { user } = show('/releases/REL-17/scope');
    expect(await screen.findByText(/“measured”/)).toBeInTheDocument();
    expect(screen.getByText('Sign off again')).toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Sign off' }));
    const dialog = await screen.findByRole('dialog');
    await user.type(within(dialog).getByRole('textbox'), 'tried');
    await user.click(within(dialog).getByRole('button', { name: 'Sign off' }));
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    expect(writes(sent)[0]).toMatchObject({
      path: '/releases/REL-17/scope/sign-off',
      body: { team: 'tem_1', note: 'tried' },
    });
  });
});
