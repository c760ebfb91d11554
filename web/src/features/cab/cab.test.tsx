import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { Schema } from '@/lib/schema';
import { change, changeConflicts } from '@/testing/changeFixture';
import { at, cem, deploying, mara, me, release, soon } from '@/testing/fixtures';
import { show } from '@/testing/render';
import { Refuse, serve, writes } from '@/testing/server';

const board: Schema<'CabBoard'> = {
  id: 'brd_01',
  version: 1,
  name: 'Change advisory board',
  chair: mara,
  members: [],
  roles: ['cab_member'],
  schedule: {
    window: {
      start: '2026-12-01T09:00:00Z',
      end: '2026-12-01T10:00:00Z',
      zone: 'Europe/Berlin',
    },
    repeats: 'FREQ=WEEKLY;INTERVAL=2',
    except: ['2026-12-29'],
    also: [],
    cut_off_minutes: 1440,
  },
  next: { id: 'mtg_01', number: 'CAB-3', name: 'CAB-3' },
};

function item(of: Schema<'Release'>): Schema<'AgendaItem'> {
  return {
    subject: { id: of.id, number: of.number, name: of.title },
    subject_kind: 'release',
    tier: 'high',
    window: of.window,
    by_hand: false,
    minutes: 10,
    opened_at: null,
    closed_at: null,
    decision: null,
    votes: [],
  };
}

function may(...names: string[]): Schema<'Action'>[] {
  const all = ['arrange', 'add', 'defer', 'start', 'next', 'time', 'attend', 'remark', 'end'];
  return all.map((name) => ({ name, allowed: names.includes(name), refusal: null }));
}

const planned: Schema<'Meeting'> = {
  id: 'mtg_01',
  number: 'CAB-3',
  version: 4,
  board: { id: board.id, name: board.name },
  chair: mara,
  state: 'planned',
  window: soon,
  cut_off: at(5),
  agenda: [item(release), item(deploying)],
  deferred: [],
  current: null,
  members: [mara, cem],
  attendance: [],
  remarks: [],
  started_at: null,
  ended_at: null,
  overrun: false,
  cancelled: null,
  actions: may('arrange', 'add', 'defer'),
};

const vote = {
  person: cem,
  on_behalf_of: mara,
  answer: 'approve',
  reason: 'Rehearsed twice.',
  at: at(0),
};

const held: Schema<'Meeting'> = {
  ...planned,
  state: 'in_session',
  current: release.id,
  agenda: [
    { ...item(release), opened_at: at(0), decision: 'undecided', votes: [vote] },
    { ...item(deploying), decision: 'undecided' },
  ],
  attendance: [{ person: cem, from: at(0), until: null }],
  actions: may('next', 'time', 'attend', 'remark', 'end'),
};

const written = { id: planned.id, number: 'CAB-3', version: 5 };

it('lists boards and meetings, and teaches when there are none', async () => {
  const row = { ...planned, items: null };
  serve({ 'GET /boards': { items: [board] }, 'GET /meetings': { items: [row] } });
  show('/cab');
  const meets = 'Every 2 weeks on Tue at 10:00, Europe/Berlin';
  expect(await screen.findByText(meets)).toBeInTheDocument();
  expect(screen.getByText('Except on 2026-12-29')).toBeInTheDocument();
  expect(screen.getByText('agenda open')).toBeInTheDocument();
  const log = screen.getByRole('link', { name: `In the log: ${board.name}` });
  expect(log).toHaveAttribute('href', `/audit?subject=${board.id}`);
  serve({ 'GET /boards': { items: [] }, 'GET /meetings': { items: [] } });
});

it('edits how a board meets, and tells a flaw at its field', async () => {
  const sent = serve({
    'GET /session': { ...me, permissions: [...me.permissions, 'cab.write'] },
    'GET /boards': { items: [board] },
    'GET /meetings': { items: [] },
    'PATCH /boards/brd_01': new Refuse(422, {
      code: 'request.invalid',
      detail: 'Some fields are wrong',
      errors: [{ pointer: '/schedule/repeats', detail: 'names no time' }],
    }),
  });
  const { user } = show('/cab');
  await user.click(await screen.findByRole('button', { name: `Edit ${board.name}` }));
  const dialog = await screen.findByRole('dialog');
  const rule = within(dialog).getByLabelText('Rule');
  expect(rule).toHaveValue('FREQ=WEEKLY;INTERVAL=2');
  fireEvent.change(rule, { target: { value: 'FREQ=MONTHLY;BYDAY=1TU' } });
  await user.click(within(dialog).getByRole('button', { name: 'Save' }));
  await waitFor(() =>
    expect(writes(sent)[0]?.body).toMatchObject({
      schedule: { ...board.schedule, repeats: 'FREQ=MONTHLY;BYDAY=1TU' },
    }),
  );
  await waitFor(() => expect(rule).toBeInvalid());
});

it('marks what was cancelled after the cut-off, before the meeting begins', async () => {
  const agenda = [item(release), { ...item(deploying), decision: 'withdrawn' }];
  serve({ 'GET /meetings/CAB-3': { ...planned, state: 'frozen', agenda, actions: [] } });
  show('/cab/CAB-3');
  const shown = await screen.findByRole('navigation', { name: 'Agenda' });
  expect(within(shown).getAllByText('Withdrawn')).toHaveLength(1);
});

it('puts items in order and off before the cut-off', async () => {
  const sent = serve({
    'GET /meetings/CAB-3': planned,
    'POST /meetings/CAB-3/arrange': written,
    'POST /meetings/CAB-3/defer': written,
  });
  const { user } = show('/cab/CAB-3');
  await user.click(await screen.findByRole('button', { name: 'Later: REL-17' }));
  const log = screen.getByRole('link', { name: 'In the log' });
  expect(log).toHaveAttribute('href', '/audit?subject=CAB-3');
  await waitFor(() => expect(writes(sent)[0]?.body).toEqual({ order: ['REL-18', 'REL-17'] }));
  const agenda = screen.getByRole('navigation', { name: 'Agenda' });
  await user.click(within(agenda).getAllByRole('button', { name: 'Put off' })[0]!);
  const dialog = await screen.findByRole('dialog');
  await user.click(within(dialog).getByRole('button', { name: 'Put off' }));
  expect(await within(dialog).findByText(/Give a reason/)).toBeInTheDocument();
  await user.type(within(dialog).getByRole('textbox'), 'No test result.');
  await user.click(within(dialog).getByRole('button', { name: 'Put off' }));
  await waitFor(() =>
    expect(writes(sent)[1]?.body).toEqual({ subject: 'REL-17', reason: 'No test result.' }),
  );
});

it('has all that a release is decided by on one page', async () => {
  serve({ 'GET /meetings/CAB-3': held });
  show('/cab/CAB-3');
  const pane = await screen.findByRole('article', { name: 'Ledger 9' });
  const part = async (name: string) => within(await within(pane).findByRole('region', { name }));
  expect(await within(pane).findByRole('group', { name: 'Ready?' })).toHaveTextContent(
    /Conflicts/i,
  );
  const risk = await part('Risk');
  expect(risk.getByText(/High/)).toBeInTheDocument();
  expect(risk.getByText('ledger-db has criticality 1')).toBeInTheDocument();
  const back = await part('The way back');
  expect(back.getByText('1 h 15 min')).toBeInTheDocument();
  const numbers = (list: HTMLElement) =>
    within(list)
      .getAllByRole('link')
      .map((link) => link.textContent?.split(' ')[0]);
  const order = numbers(back.getByRole('list'));
  expect(order).toEqual(['CHG-43', 'CHG-42', 'CHG-41']);
  const changes = await part('What goes live');
  expect(numbers(changes.getByRole('list'))).toEqual([...order].reverse());
  const conflicts = await part('Conflicts');
  expect(conflicts.getByRole('link', { name: /CHG-31/ })).toBeInTheDocument();
  expect(conflicts.getByText(/works on db-2/)).toBeInTheDocument();
});

it('shows the item on the table, votes as they arrive, and goes on by a key', async () => {
  const sent = serve({
    'GET /session': { ...me, permissions: [...me.permissions, 'cab.attend'] },
    'GET /meetings/CAB-3': held,
    'POST /meetings/CAB-3/next': written,
    'POST /meetings/CAB-3/attend': written,
    'POST /meetings/CAB-3/remark': written,
  });
  const { user } = show('/cab/CAB-3');
  expect(await screen.findByRole('article', { name: 'Ledger 9' })).toBeInTheDocument();
  expect(await screen.findByText('“Rehearsed twice.”')).toBeInTheDocument();
  expect(screen.getByText(`for ${mara.name}`)).toBeInTheDocument();
  expect(screen.getByRole('timer')).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'I am here' }));
  await waitFor(() => expect(writes(sent)[0]?.body).toEqual({ person: mara.id, present: true }));
  await user.keyboard('n');
  await waitFor(() => expect(writes(sent)[1]?.path).toBe('/meetings/CAB-3/next'));
  await user.type(screen.getByLabelText('For the minutes of this item'), 'Watch the queue.');
  await user.click(screen.getByRole('button', { name: 'Note it' }));
  await waitFor(() =>
    expect(writes(sent)[2]?.body).toEqual({ subject: 'REL-17', text: 'Watch the queue.' }),
  );
});

it('names what has no decision before it ends', async () => {
  const agenda = [
    { ...item(release), opened_at: at(0), decision: 'approved' },
    { ...item(deploying), opened_at: at(0), decision: 'undecided' },
  ];
  const sent = serve({
    'GET /meetings/CAB-3': { ...held, agenda },
    'POST /meetings/CAB-3/end': written,
  });
  const { user } = show('/cab/CAB-3');
  await user.click(await screen.findByRole('button', { name: 'End the meeting' }));
  const dialog = await screen.findByRole('dialog');
  expect(within(dialog).getByText(/REL-18/)).toBeInTheDocument();
  expect(within(dialog).queryByText(/REL-17/)).not.toBeInTheDocument();
  await user.click(within(dialog).getByRole('button', { name: 'End the meeting' }));
  await waitFor(() => expect(writes(sent)[0]?.path).toBe('/meetings/CAB-3/end'));
});

it('opens a meeting that was called', async () => {
  serve({
    'GET /session': { ...me, permissions: [...me.permissions, 'cab.write'] },
    'GET /boards': { items: [board] },
    'GET /meetings': { items: [] },
    'GET /meetings/CAB-4': { ...planned, number: 'CAB-4' },
    'POST /meetings': { id: 'mtg_04', number: 'CAB-4', version: 1 },
  });
  const { user, router } = show('/cab');
  await user.click(await screen.findByRole('button', { name: 'Call a meeting' }));
  const dialog = await screen.findByRole('dialog');
  fireEvent.change(within(dialog).getByLabelText(/^Start/), {
    target: { value: '2026-12-01T10:00' },
  });
  fireEvent.change(within(dialog).getByLabelText(/^End/), {
    target: { value: '2026-12-01T11:00' },
  });
  await user.click(within(dialog).getByRole('button', { name: 'Call it' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/cab/CAB-4'));
});

it('shows of a change what it collides with, the way back in minutes, and what fits better', async () => {
  const single = {
    ...item(release),
    subject: { id: change.id, number: change.number, name: change.title },
    subject_kind: 'change',
  };
  serve({
    'GET /meetings/CAB-3': { ...held, current: change.id, agenda: [single] },
    'GET /changes/CHG-41': change,
    'GET /changes/chg_41/advice': {
      fits: 'join',
      detail: 'REL-17 goes to the same CIs that week',
      with: [{ record: { id: release.id, number: 'REL-17', name: release.title }, because: [] }],
    },
    'GET /conflicts': changeConflicts,
  });
  show('/cab/CAB-3');
  const pane = await screen.findByRole('article', { name: change.title });
  expect(await within(pane).findByText(/CHG-31 works on db-2/)).toBeInTheDocument();
  expect(within(pane).getByText('35')).toBeInTheDocument();
  expect(await within(pane).findByText('Join a release')).toBeInTheDocument();
});

it('says of a meeting that lapsed that it was not held', async () => {
  serve({
    'GET /meetings/CAB-3': { ...planned, state: 'lapsed', actions: [] },
    'GET /meetings/CAB-3/minutes': { number: 'CAB-3', fixed: true, markdown: '# CAB-3' },
  });
  show('/cab/CAB-3');
  expect(await screen.findByText(/It was not held/)).toBeInTheDocument();
});

it('shows the minutes of a meeting that has ended', async () => {
  const agenda = held.agenda.map((each) => ({ ...each, decision: 'approved' }));
  serve({
    'GET /meetings/CAB-3': { ...held, state: 'ended', agenda, current: null, ended_at: at(1) },
    'GET /meetings/CAB-3/minutes': { number: 'CAB-3', fixed: true, markdown: '# CAB-3' },
  });
  show('/cab/CAB-3');
  const link = await screen.findByRole('link', { name: 'Download as Markdown' });
  expect(link).toHaveAttribute('download', 'CAB-3.md');
  expect(screen.getAllByText('Approved').length).toBeGreaterThan(0);
});
