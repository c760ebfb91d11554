import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { conflict, deploying, release, refused } from '@/testing/fixtures';
import { releaseRows } from '@/testing/lists';
import { show } from '@/testing/render';
import { Refuse, serve, writes } from '@/testing/server';
import { moved } from './order';
import { fieldsOf, kpiOf } from './releaseForm';

describe('the release page', () => {
  it('shows the route, and the reason of the lamp that is at stop', async () => {
    serve();
    show('/releases/REL-17/overview');
    expect(await screen.findByRole('heading', { level: 1, name: /REL-17 Ledger 9/ })).toBeVisible();
    const lamp = screen.getByRole('button', { name: /Conflicts.*at stop/ });
    expect(lamp).toHaveAttribute('aria-expanded', 'true');
    expect(screen.getByText(/CHG-31 claims db-2/)).toBeInTheDocument();
  });

  it('lists by what it knows of the address, whatever else stands there', async () => {
    const sent = serve();
    show('/releases?view=board&phase=test&sort=window');
    await screen.findByRole('link', { name: /REL-17/ });
    const asked = sent.find((call) => call.path === '/releases');
    expect(asked?.query.get('phase')).toBe('test');
    expect(asked?.query.get('sort')).toBe('window');
    expect(asked?.query.has('view')).toBe(false);
  });

  it('shows a refused verb with what the server says is missing', async () => {
    serve();
    const { user } = show('/releases/REL-17/overview');
    await user.click(await screen.findByRole('button', { name: 'More actions' }));
    expect(await screen.findByText(refused.refusal!.detail)).toBeInTheDocument();
  });

  it('sends a vote with the round and the hash that were seen', async () => {
    const sent = serve({ 'POST /releases/REL-17/approve': { id: release.id, version: 8 } });
    const { user } = show('/releases/REL-17/approvals');
    await screen.findByText('Round 1');
    await user.click(screen.getAllByRole('button', { name: 'Approve' })[0]!);
    const dialog = await screen.findByRole('dialog');
    await user.click(within(dialog).getByRole('button', { name: 'Approve' }));
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    expect(writes(sent)[0]).toMatchObject({
      path: '/releases/REL-17/approve',
      body: { round: 1, content_hash: release.rounds[0]!.content_hash },
    });
  });

  it('does not send a rejection without a reason', async () => {
    const sent = serve();
    const { user } = show('/releases/REL-17/approvals');
    await user.click((await screen.findAllByRole('button', { name: 'Reject' }))[0]!);
    const dialog = await screen.findByRole('dialog');
    await user.click(within(dialog).getByRole('button', { name: 'Reject' }));
    expect(await within(dialog).findByText(/Give a reason/)).toBeInTheDocument();
    expect(writes(sent)).toHaveLength(0);
  });

  it('shows conflicts with the blocker first and the path once', async () => {
    const warning = {
      ...conflict,
      id: 'cfl_2',
      severity: 'warning',
      detail: 'CHG-9 works on a connected CI (vm-7 → uses → db-2), at night',
      subject: { id: 'chg_41', number: 'CHG-41', name: 'Move the ledger to schema 9' },
    };
    const resolved = { ...conflict, id: 'cfl_3', state: 'resolved' };
    serve({
      'GET /releases/REL-17': { ...release, conflicts: [resolved, warning, conflict] },
      'GET /conflicts/cfl_2': { ...warning, actions: [] },
    });
    show('/releases/REL-17/conflicts');
    const text = await screen.findByText('CHG-9 works on a connected CI, at night.');
    const items = [...text.closest('ul')!.children] as HTMLElement[];
    expect(items.map((item) => item.textContent?.match(/^(Blocking|Warning)/)?.[0])).toEqual([
      'Blocking',
      'Warning',
      'Blocking',
    ]);
    expect(within(items[1]!).getByRole('link', { name: /CHG-41/ })).toBeInTheDocument();
    expect(within(items[2]!).getByText('Resolved')).toHaveAttribute('data-tone', 'faint');
  });

  it('says what blocks the window before it is submitted', async () => {
    const sent = serve({
      'GET /releases/REL-17': {
        ...release,
        phase: 'planning',
        actions: [{ name: 'submit', allowed: true }],
      },
      'POST /releases/REL-17/submit': { id: release.id, version: 8 },
    });
    const { user } = show('/releases/REL-17');
    await user.click(await screen.findByRole('button', { name: /^Submit/ }));
    const dialog = await screen.findByRole('dialog');
    expect(within(dialog).getByText(/CHG-31 works on db-2/)).toBeInTheDocument();
    expect(writes(sent)).toHaveLength(0);
    await user.click(within(dialog).getByRole('button', { name: 'Submit all the same' }));
    await waitFor(() => expect(writes(sent)[0]?.path).toBe('/releases/REL-17/submit'));
  });

  it('accepts a conflict with a reason', async () => {
    const sent = serve({ 'POST /conflicts/cfl_1/accept': { id: 'cfl_1', version: 1 } });
    const { user } = show('/releases/REL-17/conflicts');
    await user.click(await screen.findByRole('button', { name: /Accept the conflict with/ }));
    const dialog = await screen.findByRole('dialog');
    await user.click(within(dialog).getByRole('button', { name: 'Accept' }));
    expect(within(dialog).getByText(/Give a reason/)).toBeInTheDocument();
    await user.type(within(dialog).getByRole('textbox', { name: /Why it is safe/ }), 'Read only');
    await user.click(within(dialog).getByRole('button', { name: 'Accept' }));
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    expect(writes(sent)[0]?.body).toEqual({ reason: 'Read only' });
  });

  it('says beforehand why this reader may not accept a conflict', async () => {
    const own = { code: 'calendar.own_conflict', detail: 'nobody accepts their own conflict' };
    const actions = [{ name: 'accept', allowed: false, refusal: own }];
    serve({ 'GET /conflicts/cfl_1': { ...conflict, actions } });
    const { user } = show('/releases/REL-17/conflicts');
    const accept = await screen.findByRole('button', { name: /Accept the conflict with/ });
    expect(accept).toHaveAttribute('aria-disabled', 'true');
    await user.click(accept);
    expect(await screen.findByText('Nobody accepts their own conflict.')).toBeInTheDocument();
    expect(screen.queryByRole('textbox', { name: /Why it is safe/ })).not.toBeInTheDocument();
  });

  it('moves a change by keys and sends the whole order with the version', async () => {
    const sent = serve({ 'PUT /releases/REL-17/order': { id: release.id, version: 8 } });
    const { user } = show('/releases/REL-17/scope');
    await user.click(await screen.findByRole('button', { name: 'Move up CHG-42' }));
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    const [order] = writes(sent);
    expect(order?.body).toEqual({ changes: ['chg_42', 'chg_41', 'chg_43'] });
    expect(order?.headers.get('If-Match')).toBe('"7"');
    expect(screen.getByText(/payment gateway 4.2 is now 1 of 3/)).toBeInTheDocument();
  });

  it('attaches several changes, each against the version that the one before it left', async () => {
    const row = (serial: number, more: object = {}) => ({
      id: `chg_${serial}`,
      number: `CHG-${serial}`,
      title: `Change ${serial}`,
      type: 'normal',
      phase: 'draft',
      ...more,
    });
    const elsewhere = { release: { id: 'rel_9', number: 'REL-9', name: 'Another' } };
    const found = [row(60), row(61, elsewhere), row(62), row(63, { phase: 'closed' })];
    const frozen = { code: 'release.scope_frozen', detail: 'The scope is frozen.' };
    const sent = serve({
      'GET /changes': (call: { query: URLSearchParams }) => ({
        items: call.query.get('phase') === 'draft' ? found : [],
      }),
      'PUT /releases/REL-17/changes/chg_60': { id: release.id, version: 8 },
      'PUT /releases/REL-17/changes/chg_62': new Refuse(409, frozen),
    });
    const { user } = show('/releases/REL-17/scope');
    await user.click(await screen.findByRole('button', { name: 'Attach changes' }));
    const dialog = await screen.findByRole('dialog');
    await user.click(await within(dialog).findByRole('checkbox', { name: /CHG-60/ }));
    await user.click(within(dialog).getByRole('checkbox', { name: /CHG-62/ }));
    expect(within(dialog).getByRole('checkbox', { name: /CHG-61/ })).toBeDisabled();
    expect(within(dialog).getByText('Travels in REL-9')).toBeInTheDocument();
    expect(within(dialog).getByRole('checkbox', { name: /CHG-63/ })).toBeDisabled();
    await user.click(within(dialog).getByRole('button', { name: 'Attach 2' }));
    expect(await within(dialog).findByText('The scope is frozen.')).toBeInTheDocument();
    expect(within(dialog).getByText('1 written, 1 refused')).toBeInTheDocument();
    expect(writes(sent).map((call) => call.headers.get('If-Match'))).toEqual(['"7"', '"8"']);
  });

  it('reports a step and asks for a note when it failed', async () => {
    const sent = serve({
      'POST /releases/REL-18/deployment/steps/CHG-42': { id: 'rel_18', version: 8 },
    });
    const { user } = show('/releases/REL-18/run');
    await user.click(await screen.findByRole('button', { name: 'Failed' }));
    const dialog = await screen.findByRole('dialog');
    await user.type(within(dialog).getByRole('textbox'), 'Health check red');
    await user.click(within(dialog).getByRole('button', { name: 'Failed' }));
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    expect(writes(sent)[0]?.body).toEqual({ result: 'failed', note: 'Health check red' });
  });

  it('shows what rolling back would undo before it is decided', async () => {
    const sent = serve({ 'POST /releases/REL-18/rollback': { id: 'rel_18', version: 8 } });
    const { user } = show('/releases/REL-18/run');
    await user.click(await screen.findByRole('button', { name: 'Roll back' }));
    const dialog = await screen.findByRole('dialog');
    expect(within(dialog).getByText(/Messages already sent/)).toBeInTheDocument();
    await user.type(within(dialog).getByRole('textbox'), 'Errors above 2 %');
    await user.click(within(dialog).getByRole('button', { name: 'Decide the rollback' }));
    await waitFor(() => expect(writes(sent)[0]?.body).toEqual({ reason: 'Errors above 2 %' }));
  });
});

describe('a release that is taken back', () => {
  const [done, begun, never] = deploying.deployment!.steps;
  const back = [
    { ...begun!, uncertain: true },
    { ...done!, state: 'waiting', at: null, by: null },
  ];
  const rollback = {
    reason: 'Errors above 2 %',
    decided_by: 'Mara Manager',
    decided_at: deploying.created_at,
    steps: back,
    given_up: null,
  };
  const going = {
    ...deploying,
    deployment: {
      ...deploying.deployment!,
      state: 'rolling_back',
      steps: [done!, begun!, { ...never!, uncertain: false }],
      rollback,
    },
    actions: [{ name: 'step_back', allowed: true }],
  };

  it('asks first about the step that was begun and not reported', async () => {
    const sent = serve({
      'GET /releases/REL-18': going,
      'POST /releases/REL-18/rollback/steps/CHG-42': { id: 'rel_18', version: 8 },
    });
    const { user } = show('/releases/REL-18/run');
    expect(await screen.findByText(/check what it did, and take it back/)).toBeInTheDocument();
    expect(screen.getByText('Begun, not reported')).toBeInTheDocument();
    expect(screen.getByText('Not reached')).toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'It had not begun' }));
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    expect(writes(sent)[0]?.body).toEqual({ result: 'not_begun' });
  });

  it('does not read as a success', async () => {
    const over = {
      ...going,
      phase: 'review',
      state: 'review',
      deployment: { ...going.deployment, state: 'rolled_back' },
    };
    serve({ 'GET /releases/REL-18': over });
    show('/releases/REL-18/overview');
    const phases = await screen.findByRole('list', { name: 'Phases' });
    expect(within(phases).getByText('· Rolled back')).toBeInTheDocument();
    const failed = within(phases)
      .getAllByRole('listitem')
      .filter((phase) => phase.hasAttribute('data-failed'))
      .map((phase) => phase.textContent);
    expect(failed).toEqual(['Deployment', 'Verification', 'Review · Rolled back']);
    expect(screen.queryByText('Go given')).not.toBeInTheDocument();
  });

  it('gives no advice about a way back that was gone', async () => {
    const state = (word: string) => ({ ...going.deployment, state: word });
    const answers = (word: string) => ({
      'GET /releases/REL-18': { ...going, deployment: state(word) },
    });
    serve(answers('rolling_back'));
    const { unmount } = show('/releases/REL-18/run');
    expect(await screen.findByText(/steps? back,/)).toBeInTheDocument();
    unmount();
    serve(answers('rolled_back'));
    show('/releases/REL-18/run');
    await screen.findByRole('heading', { name: 'Steps' });
    expect(screen.queryByText(/steps? back,/)).not.toBeInTheDocument();
  });

  it('says so in the list and on the board', async () => {
    const row = { ...releaseRows[1]!, phase: 'review', deployment: 'rolled_back' };
    serve({
      'GET /releases': { items: [row] },
      'GET /releases/board': { columns: [{ phase: 'review', releases: [row], more: false }] },
    });
    const { unmount } = show('/releases');
    expect(await screen.findByText('Rolled back')).toBeInTheDocument();
    unmount();
    show('/releases/board');
    expect(await screen.findByText('Rolled back')).toBeInTheDocument();
    expect(screen.queryByText('Go')).not.toBeInTheDocument();
  });
});

describe('the form of a release', () => {
  it('names what is missing before it asks the server', async () => {
    const sent = serve();
    const { user } = show('/releases/new');
    await user.click(await screen.findByRole('button', { name: 'Create release' }));
    expect(await screen.findByRole('link', { name: 'Give it a title.' })).toBeInTheDocument();
    expect(writes(sent)).toHaveLength(0);
  });

  it('shows the errors of the server at their fields and keeps the text', async () => {
    const refusal = {
      code: 'request.invalid',
      detail: 'One field',
      errors: [{ pointer: '/title', detail: 'This title is taken.' }],
    };
    serve({ 'POST /releases': new Refuse(422, refusal) });
    const { user } = show('/releases/new');
    await user.type(await screen.findByRole('textbox', { name: /Title/ }), 'Ledger 9');
    await user.click(screen.getByRole('combobox', { name: /^Type/ }));
    await user.click(await screen.findByRole('option', { name: 'Major release' }));
    await user.click(screen.getByRole('button', { name: 'Create release' }));
    expect(await screen.findByRole('link', { name: 'This title is taken.' })).toBeInTheDocument();
    expect(screen.getByRole('textbox', { name: /Title/ })).toHaveValue('Ledger 9');
  });

  it('turns lines into measures and choices into ids', () => {
    expect(kpiOf('error rate: below 0.1 %')).toEqual({ name: 'error rate', target: 'below 0.1 %' });
    expect(fieldsOf({ owner: { value: 'per_1', label: 'A' }, team: null })).toEqual({
      owner: 'per_1',
      team: null,
    });
  });

  it('moves an item within an order', () => {
    expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
    expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
    expect(moved(['a'], 4, 0)).toEqual(['a']);
  });
});

it('keeps filters and sorting of the list in the address', async () => {
  const sent = serve();
  const { user, router } = show('/releases?phase=approval');
  await user.click(await screen.findByRole('button', { name: /^Window/ }));
  await waitFor(() =>
    expect(router.state.location.search).toEqual({
      phase: 'approval',
      sort: '-window',
    }),
  );
  await waitFor(() => {
    const asked = sent.filter((call) => call.path === '/releases').at(-1);
    expect(asked?.query.get('sort')).toBe('-window');
    expect(asked?.query.get('phase')).toBe('approval');
  });
});
