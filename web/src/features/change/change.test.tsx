// The change pages against a stand-in for the server: what they show and what they send.
import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { change, changeConflicts, draftRefusal } from '@/testing/changeFixture';
import { keeper } from '@/testing/keeper';
import { show } from '@/testing/render';
import { Refuse, serve, writes } from '@/testing/server';
import { countdown } from './components/WindowLine';

const ANSWERS = {
  ...keeper,
  'GET /changes/CHG-41': change,
  'GET /conflicts': changeConflicts,
  'GET /filters': { version: 3, filters: [{ list: 'changes', name: 'Mine', query: 'mine=true' }] },
};

describe('the list of changes', () => {
  it('asks the server with the filters of the address', async () => {
    const sent = serve(ANSWERS);
    show('/changes?phase=draft&mine=true&sort=-window');
    await screen.findByText('Move the ledger to schema 9');
    const asked = sent.find((call) => call.path === '/changes');
    expect(asked?.query.get('phase')).toBe('draft');
    expect(asked?.query.get('mine')).toBe('true');
    expect(asked?.query.get('sort')).toBe('-window');
  });

  it('says what became of each change of a bulk action', async () => {
    const sent = serve({
      ...ANSWERS,
      'POST /changes/bulk': {
        items: [
          { record: 'CHG-41', version: 8 },
          { record: 'CHG-42', refusal: { code: 'change.closed', detail: 'It is closed.' } },
        ],
      },
    });
    const { user } = show('/changes');
    await user.click(await screen.findByRole('checkbox', { name: 'Choose CHG-41' }));
    await user.click(screen.getByRole('checkbox', { name: 'Choose CHG-42' }));
    await user.click(screen.getByRole('button', { name: 'Put on hold' }));
    const dialog = await screen.findByRole('dialog');
    expect(within(dialog).getByText('Move the ledger to schema 9')).toBeInTheDocument();
    await user.type(within(dialog).getByRole('textbox'), 'Month end');
    await user.click(within(dialog).getByRole('button', { name: 'Put on hold' }));
    const refused = (await screen.findByText('It is closed.')).closest('li')!;
    expect(within(refused).getByRole('link', { name: /^CHG-42 \w/ })).toBeInTheDocument();
    expect(screen.getByText('1 written, 1 refused')).toBeInTheDocument();
    expect(writes(sent)[0]?.body).toEqual({
      changes: ['CHG-41', 'CHG-42'],
      verb: 'hold',
      reason: 'Month end',
    });
  });

  it('keeps the present filter among the saved ones, with the version it saw', async () => {
    const sent = serve({ ...ANSWERS, 'PUT /filters': { id: 'per_02', version: 4 } });
    const { user } = show('/changes?phase=draft');
    await user.click(await screen.findByRole('button', { name: 'Saved filters' }));
    await user.click(await screen.findByRole('button', { name: 'Save this filter…' }));
    await user.type(await screen.findByRole('textbox', { name: 'Name' }), 'Drafts');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    expect(writes(sent)[0]?.headers.get('If-Match')).toBe('"3"');
    expect(writes(sent)[0]?.body).toEqual({
      filters: [
        { list: 'changes', name: 'Mine', query: 'mine=true' },
        { list: 'changes', name: 'Drafts', query: 'phase=draft' },
      ],
    });
  });
});

describe('a new change', () => {
  it('keeps what was typed and shows each error at its field when it is refused', async () => {
    serve({ ...ANSWERS, 'POST /changes': new Refuse(422, draftRefusal) });
    const { user } = show('/changes/new');
    const title = await screen.findByRole('textbox', { name: /Title/ });
    await user.type(title, 'Patch the gateway');
    await user.click(screen.getByRole('button', { name: 'Raise the change' }));
    const summary = await screen.findByRole('alert');
    expect(
      within(summary).getByRole('link', { name: 'Write how it is taken back.' }),
    ).toBeVisible();
    expect(title).toHaveValue('Patch the gateway');
    expect(sessionStorage.getItem('draft:change')).toContain('Patch the gateway');
    expect(screen.getByRole('textbox', { name: /Backout plan/ })).toHaveAccessibleDescription(
      /Write how it is taken back/,
    );
  });

  it('counts what is filled in a folded section, and opens it for what is wrong there', async () => {
    const errors = [{ pointer: '/backout_minutes', detail: 'At most a year.' }];
    const detail = 'One field is wrong.';
    serve({ ...ANSWERS, 'POST /changes': new Refuse(422, { code: 'invalid', detail, errors }) });
    const { user } = show('/changes/new');
    const folded = (await screen.findByText('The way back in detail')).closest('details')!;
    expect(within(folded).getByText('0 of 2 filled')).toBeInTheDocument();
    expect(folded.open).toBe(true);
    await user.type(screen.getByRole('textbox', { name: 'Minutes to back out' }), '9');
    expect(within(folded).getByText('1 of 2 filled')).toBeInTheDocument();
    folded.open = false;
    await user.click(screen.getByRole('button', { name: 'Raise the change' }));
    expect(await within(folded).findByText('1 to mend')).toBeInTheDocument();
    await user.click(within(screen.getByRole('alert')).getByRole('link'));
    expect(folded.open).toBe(true);
    expect(screen.getByRole('textbox', { name: 'Minutes to back out' })).toHaveFocus();
  });

  it('offers the CIs of the chosen service first', async () => {
    const page = (...names: string[]) => ({
      items: names.map((name) => ({ id: `ci_${name}`, name, kind: 'server' })),
    });
    serve({
      ...ANSWERS,
      'GET /services': { items: [{ id: 'svc_01', name: 'Card ledger', criticality: 1 }] },
      'GET /cis': (call: { query: URLSearchParams }) =>
        call.query.get('service') === 'svc_01' ? page('ledger-db') : page('app-1', 'ledger-db'),
    });
    const { user } = show('/changes/new');
    await user.click(await screen.findByRole('textbox', { name: 'Services' }));
    await user.click(await screen.findByRole('option', { name: /Card ledger/ }));
    await user.click(screen.getByRole('textbox', { name: 'CIs' }));
    await screen.findByRole('option', { name: /app-1/ });
    const offered = screen.getAllByRole('option', { name: /app-1|ledger-db/ });
    expect(offered.map((each) => each.textContent)).toEqual(['ledger-dbserver', 'app-1server']);
  });
});

describe('the page of a change', () => {
  it('shows the route, the window and a refused verb with its reason', async () => {
    serve(ANSWERS);
    const { user } = show('/changes/CHG-41');
    expect(await screen.findByRole('heading', { level: 1, name: /CHG-41 Move/ })).toBeVisible();
    expect(screen.getByText('CHG-31 claims db-2.')).toBeInTheDocument();
    expect(screen.getByText(/starts in/)).toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'More actions' }));
    expect(await screen.findByText('No window.')).toBeInTheDocument();
  });

  it('says that it is on hold, by whom and why, and offers to resume', async () => {
    const hold = { since: change.created_at, by: 'Anna Requester', reason: 'Month end' };
    const held = {
      ...change,
      held: true,
      hold,
      actions: [...change.actions, { name: 'resume', allowed: true }],
    };
    const sent = serve({
      ...ANSWERS,
      'GET /changes/CHG-41': held,
      'POST /changes/chg_41/resume': { id: 'chg_41', version: 8 },
    });
    const { user } = show('/changes/CHG-41');
    const note = await screen.findByRole('status', { name: '' });
    expect(note).toHaveTextContent(/On hold since .*, by Anna Requester: “Month end”/);
    await user.click(within(note).getByRole('button', { name: 'Resume' }));
    await waitFor(() => expect(writes(sent)[0]?.path).toBe('/changes/chg_41/resume'));
  });

  it('names what is missing as the form does, and opens the form there', async () => {
    const missing = [
      { pointer: '/reason', detail: 'say why it is needed' },
      { pointer: '/backout_minutes', detail: 'say how long that takes' },
    ];
    const detail = 'still missing: reason, backout minutes';
    const plans = { name: 'plans', state: 'stop' as const, detail, missing };
    serve({ ...ANSWERS, 'GET /changes/CHG-41': { ...change, phase: 'draft', route: [plans] } });
    const { user } = show('/changes/CHG-41');
    expect(await screen.findByRole('link', { name: 'Minutes to back out' })).toHaveAttribute(
      'href',
      '/changes/CHG-41/plans?edit=backout_minutes',
    );
    await user.click(screen.getByRole('link', { name: 'Reason' }));
    expect(await screen.findByRole('textbox', { name: 'Reason' })).toHaveFocus();
  });

  it('offers to attach it to the release that is advised', async () => {
    const record = { id: 'rel_17', number: 'REL-17', name: 'Ledger 9' };
    const refusal = { code: 'request.not_permitted', detail: 'this needs release.write' };
    const because = ['the same team does both'];
    const first = { record, because, actions: [{ name: 'attach', allowed: true }] };
    const second = {
      record: { ...record, id: 'rel_18', number: 'REL-18' },
      because,
      actions: [{ name: 'attach', allowed: false, refusal }],
    };
    const sent = serve({
      ...ANSWERS,
      'GET /changes/chg_41/advice': { fits: 'join', detail: 'attach it', with: [first, second] },
      'PUT /releases/REL-17/changes/CHG-41': { id: 'rel_17', version: 8 },
    });
    const { user } = show('/changes/CHG-41');
    await user.click(await screen.findByRole('button', { name: 'Attach to REL-17' }));
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    expect(writes(sent)[0]).toMatchObject({
      method: 'PUT',
      path: '/releases/REL-17/changes/CHG-41',
    });
    const locked = screen.getByRole('button', { name: 'Attach to REL-18' });
    expect(locked).toHaveAttribute('aria-disabled', 'true');
  });

  it('sends only what was edited, bound to the version that was seen', async () => {
    const sent = serve({ ...ANSWERS, 'PATCH /changes/chg_41': { id: 'chg_41', version: 8 } });
    const { user } = show('/changes/CHG-41/plans');
    await user.click(await screen.findByRole('button', { name: 'Edit' }));
    const plan = screen.getByRole('textbox', { name: 'Test plan' });
    await user.clear(plan);
    await user.type(plan, 'Compare the sums.');
    await user.clear(screen.getByRole('textbox', { name: 'Minutes to back out' }));
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    expect(writes(sent)[0]?.headers.get('If-Match')).toBe('"7"');
    expect(writes(sent)[0]?.body).toEqual({
      test_plan: 'Compare the sums.',
      backout_minutes: null,
    });
  });

  it('asks for a remark when the work did not simply succeed', async () => {
    const sent = serve({ ...ANSWERS, 'POST /changes/chg_41/complete': { id: 'x', version: 8 } });
    const { user } = show('/changes/CHG-41');
    await user.click(await screen.findByRole('button', { name: 'More actions' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Complete' }));
    const dialog = await screen.findByRole('dialog');
    await user.click(within(dialog).getByRole('radio', { name: 'Failed, backed out' }));
    const send = within(dialog).getByRole('button', { name: 'Complete' });
    expect(send).toBeDisabled();
    await user.type(within(dialog).getByRole('textbox', { name: /Remark/ }), 'Lag was too long');
    await user.click(send);
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    expect(writes(sent)[0]?.body).toEqual({
      outcome: 'failed_backed_out',
      note: 'Lag was too long',
    });
  });

  it('removes CIs without losing the ones that are not on screen', async () => {
    const all = Array.from({ length: 450 }, (_, index) => ({
      id: `ci_${index}`,
      name: `node-${String(index).padStart(3, '0')}`,
    }));
    const sent = serve({
      ...ANSWERS,
      'GET /changes/CHG-41': { ...change, cis_total: 450 },
      'GET /changes/chg_41/cis': (call: { query: URLSearchParams }) => {
        const from = Number(call.query.get('cursor') ?? 0);
        const items = all.slice(from, from + 200);
        return from + 200 < all.length ? { items, next: String(from + 200) } : { items };
      },
      'PATCH /changes/chg_41': { id: 'chg_41', version: 8 },
    });
    const { user } = show('/changes/CHG-41/cis');
    expect(await screen.findByText('200 of 450 loaded')).toBeInTheDocument();
    await user.click(screen.getByRole('checkbox', { name: 'Choose node-001' }));
    await user.click(screen.getByRole('button', { name: 'Remove chosen (1)' }));
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    const body = writes(sent)[0]?.body as { cis: string[] };
    expect(body.cis).toHaveLength(449);
    expect(body.cis).not.toContain('ci_1');
    expect(body.cis).toContain('ci_449');
  });
});

describe('the countdown of a window', () => {
  const now = new Date('2026-11-21T22:30:00Z');
  const window = { start: '2026-11-21T22:00:00Z', end: '2026-11-21T23:00:00Z', zone: 'UTC' };

  it('says what is left, and that the work overruns', () => {
    const during = { ...change, window, phase: 'implement' };
    expect(countdown(during, now)).toEqual({ text: '30 min left' });
    const after = new Date('2026-11-21T23:10:00Z');
    expect(countdown(during, after)).toEqual({ text: 'overrun by 10 min', late: true });
  });

  it('is silent once the work is over', () => {
    expect(countdown({ ...change, window, phase: 'closed' }, now)).toBeUndefined();
  });
});

describe('a longer window', () => {
  const window = { start: '2026-11-24T20:00:00Z', end: '2026-11-24T22:00:00Z', zone: 'UTC' };
  const extension = {
    end: '2026-11-24T23:00:00Z',
    reason: 'the copy is slow',
    asked_by: { id: 'per_9', name: 'Ivan' },
    asked_at: '2026-11-24T21:00:00Z',
    collisions: [],
    blocking: 0,
  };
  const running = {
    ...change,
    phase: 'implement',
    window,
    extension,
    actions: [
      { name: 'grant_extension', allowed: true },
      { name: 'refuse_extension', allowed: true },
    ],
  };

  it('is granted as it was seen', async () => {
    const sent = serve({
      ...ANSWERS,
      'GET /changes/CHG-41': running,
      'POST /changes/chg_41/extension/grant': { id: change.id, version: 9 },
    });
    const { user } = show('/changes/CHG-41');
    const block = await screen.findByRole('region', { name: 'A longer window is asked for' });
    expect(within(block).getByText(/the copy is slow/)).toBeInTheDocument();
    await user.click(within(block).getByRole('button', { name: 'Grant' }));
    await waitFor(() => expect(writes(sent)[0]?.body).toEqual({ end: extension.end }));
    expect(writes(sent)[0]?.path).toBe(`/changes/${change.id}/extension/grant`);
  });

  it('is turned down with a reason', async () => {
    const sent = serve({ ...ANSWERS, 'GET /changes/CHG-41': running });
    const { user } = show('/changes/CHG-41');
    const block = await screen.findByRole('region', { name: 'A longer window is asked for' });
    await user.click(within(block).getByRole('button', { name: 'Refuse' }));
    const dialog = await screen.findByRole('dialog');
    await user.type(within(dialog).getByRole('textbox'), 'The shop opens');
    await user.click(within(dialog).getByRole('button', { name: 'Refuse' }));
    await waitFor(() => expect(writes(sent)[0]?.body).toEqual({ reason: 'The shop opens' }));
  });
});

describe('a task of a change', () => {
  const task = { number: 2, title: 'Tell the desk', required: false, done: false, after: [] };
  const record = { ...change, tasks: [task] };

  it('is edited in place, and only what is new is sent', async () => {
    const sent = serve({
      ...ANSWERS,
      'GET /changes/CHG-41': record,
      [`PATCH /changes/${change.id}/tasks/2`]: { id: change.id, version: 8 },
    });
    const { user } = show('/changes/CHG-41/tasks');
    await user.click(await screen.findByRole('button', { name: 'Edit task 2' }));
    const dialog = await screen.findByRole('dialog');
    const title = within(dialog).getByRole('textbox', { name: 'What is to be done' });
    await user.type(title, ' at noon');
    await user.click(within(dialog).getByRole('button', { name: 'Save task' }));
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    const body = { title: 'Tell the desk at noon', after: [], required: false };
    expect(writes(sent)[0]?.body).toEqual(body);
  });

  it('is removed', async () => {
    const sent = serve({
      ...ANSWERS,
      'GET /changes/CHG-41': record,
      [`DELETE /changes/${change.id}/tasks/2`]: { id: change.id, version: 8 },
    });
    const { user } = show('/changes/CHG-41/tasks');
    await user.click(await screen.findByRole('button', { name: 'Edit task 2' }));
    await user.click(await screen.findByRole('button', { name: 'Remove this task' }));
    await waitFor(() => expect(writes(sent)[0]?.method).toBe('DELETE'));
    expect(writes(sent)[0]?.headers.get('If-Match')).toBe(`"${change.version}"`);
  });
});

describe('who only reads a change', () => {
  const refusal = { code: 'request.not_permitted', detail: 'this needs change.write' };
  const HANGS = ['comment', 'add_task', 'edit_task', 'set_links'];
  const read = {
    ...change,
    actions: change.actions.map((each) =>
      HANGS.includes(each.name) ? { ...each, allowed: false, refusal } : each,
    ),
  };

  it.each([
    ['tasks', 'Add task', 'What is to be done'],
    ['overview', 'Add link', 'Number or name'],
  ])('is told on %s why %s is locked', async (tab, label, field) => {
    serve({ ...ANSWERS, 'GET /changes/CHG-41': read });
    const { user } = show(tab === 'overview' ? '/changes/CHG-41' : `/changes/CHG-41/${tab}`);
    const button = await screen.findByRole('button', { name: label });
    expect(button).toHaveAttribute('aria-disabled', 'true');
    await user.click(button);
    expect(await screen.findByText(/This needs change\.write/)).toBeInTheDocument();
    expect(screen.queryByRole('textbox', { name: field })).not.toBeInTheDocument();
  });

  it('is offered no field for a comment that would be refused', async () => {
    serve({ ...ANSWERS, 'GET /changes/CHG-41': read });
    show('/changes/CHG-41/discussion');
    expect(await screen.findByText(/This needs change\.write/)).toBeInTheDocument();
    expect(screen.queryByRole('textbox', { name: 'New comment' })).not.toBeInTheDocument();
  });
});
