// Service and CI pages: the map as a list, relations as one write, forms with the fields' errors.
import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { me, payments } from '@/testing/fixtures';
import { keeper } from '@/testing/keeper';
import { show } from '@/testing/render';
import { Refuse, serve, writes } from '@/testing/server';
import type { Ci, RelationMap, Service } from './queries';

const ledger: Service = {
  id: 'svc_01',
  version: 3,
  name: 'Card ledger',
  description: 'Keeps the balances.',
  criticality: 1,
  owner: null,
  team: payments,
  data_loss_minutes: 0,
  known_limits: 'Payments sent cannot be called back.',
  region: 'Frankfurt',
  version_running: '',
  cis: [{ id: 'ci_01', name: 'web-01' }],
  cis_total: 1,
  actions: [{ name: 'edit', allowed: true }],
};

const ci: Ci = {
  id: 'ci_01',
  version: 4,
  name: 'web-01',
  kind: 'application',
  criticality: 2,
  environment: 'production',
  region: 'Frankfurt',
  version_running: '4.2',
  service: { id: 'svc_01', name: 'Card ledger' },
  relations: [{ kind: 'runs_on', ci: { id: 'ci_07', name: 'vm-7' } }],
  dependants: [{ kind: 'uses', ci: { id: 'ci_09', name: 'lb-9' } }],
  changes: [],
  actions: [
    { name: 'edit', allowed: false, refusal: { code: 'not_permitted', detail: 'Ask an owner.' } },
    { name: 'set_relations', allowed: true },
  ],
};

const map: RelationMap = {
  nodes: ['web-01', 'vm-7'].map((name, index) => ({
    ci: { id: index === 0 ? 'ci_01' : 'ci_07', name },
    kind: 'server',
    criticality: 2,
  })),
  edges: [{ from: 'ci_01', to: 'ci_07', kind: 'runs_on' }],
  truncated: false,
};

const ANSWERS = {
  ...keeper,
  'GET /services': { items: [ledger] },
  'GET /services/svc_01': ledger,
  'GET /services/svc_01/map': map,
  'GET /cis/ci_01': ci,
  'GET /cis/ci_01/map': map,
};

describe('services', () => {
  it('shows the relations as a list on a phone, where a map cannot be read', async () => {
    serve(ANSWERS);
    const desk = window.matchMedia('');
    const phone = (query: string) => ({ ...desk, matches: query.includes('700px') });
    vi.spyOn(window, 'matchMedia').mockImplementation(phone);
    show('/services/svc_01');
    expect(await screen.findByRole('list', { name: /what each of them needs/ })).toBeVisible();
  });

  it('shows known limits, the team and the relations as a list', async () => {
    serve(ANSWERS);
    show('/services/svc_01?relations=list');
    expect(await screen.findByText('Payments sent cannot be called back.')).toBeInTheDocument();
    const list = await screen.findByRole('list', { name: /CIs and what each of them needs/ });
    expect(list).toHaveTextContent('runs on vm-7');
  });

  it('keeps the form open and shows the field when a name is taken', async () => {
    serve({
      ...ANSWERS,
      'POST /services': new Refuse(422, {
        code: 'service.name_taken',
        detail: 'The name is taken.',
        errors: [{ pointer: '/name', detail: 'Another service is called that.' }],
      }),
    });
    const { user } = show('/services');
    await user.click(await screen.findByRole('button', { name: 'New service' }));
    const dialog = await screen.findByRole('dialog');
    const name = within(dialog).getByRole('textbox', { name: /Name/ });
    await user.type(name, 'Card ledger');
    await user.click(within(dialog).getByRole('button', { name: 'Add the service' }));
    await within(dialog).findByRole('link', { name: 'Another service is called that.' });
    expect(name).toHaveValue('Card ledger');
  });
});

describe('a CI', () => {
  it('shows a refused edit with its reason instead of hiding it', async () => {
    serve(ANSWERS);
    const { user } = show('/cis/ci_01?relations=list');
    await user.click(await screen.findByRole('button', { name: 'Edit' }));
    expect(await screen.findByText('Ask an owner.')).toBeInTheDocument();
  });

  it('writes all its relations at once, bound to its version', async () => {
    const sent = serve({ ...ANSWERS, 'PUT /cis/ci_01/relations': { id: 'ci_01', version: 5 } });
    const { user } = show('/cis/ci_01?relations=list');
    await user.click(await screen.findByRole('button', { name: 'Edit relations' }));
    const dialog = await screen.findByRole('dialog');
    await user.click(within(dialog).getByRole('button', { name: 'Add a relation' }));
    await user.click(within(dialog).getByRole('button', { name: 'Remove the relation to vm-7' }));
    await user.click(within(dialog).getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    expect(writes(sent)[0]?.headers.get('If-Match')).toBe('"4"');
    expect(writes(sent)[0]?.body).toEqual({ relations: [] });
  });
});

it('shows the verb of a list refused, with the permission it needs, to a reader without it', async () => {
  serve({ ...ANSWERS, 'GET /session': me });
  const { user } = show('/services');
  await user.click(await screen.findByRole('button', { name: 'New service' }));
  expect(await screen.findByText(/needs the permission service.write/)).toBeInTheDocument();
});
