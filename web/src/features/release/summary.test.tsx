// The summary of a release: what stands on the page, what it says where something is missing, how
// it is reached, printed, and what it leaves out.
import { screen, within } from '@testing-library/react';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Schema } from '@/lib/schema';
import { at, changes, conflict, deploying, release, round } from '@/testing/fixtures';
import { show } from '@/testing/render';
import { Refuse, serve } from '@/testing/server';
import { askedOf, byService, largest, missingOf, SHOWN } from './summary';

const ledger = { id: 'svc_1', name: 'Ledger' };
const portal = { id: 'svc_2', name: 'Branch portal' };
const refs = changes.map((row) => ({ id: row.id, number: row.number, name: row.title }));
const [first, second, third] = refs;

const scope: Schema<'ScopeDocument'> = {
  release: { id: release.id, number: release.number, name: release.title },
  version: 7,
  risk: release.risk,
  included: [
    { change: first!, services: [ledger], tier: 'high' },
    { change: second!, services: [ledger], tier: 'low' },
    { change: third!, services: [], tier: 'high' },
  ],
  impact: [
    { service: ledger, criticality: 1, direct: true, changes: [first!, second!] },
    { service: portal, criticality: 2, direct: false, changes: [first!] },
  ],
  after: [],
  followers: [],
  excluded: [],
  independent: [],
  proposed: [],
  shared: [],
  shared_more: false,
  teams: [],
  frozen: false,
};

const item = (
  kind: string,
  state: Schema<'LampState'>,
  detail: string,
): Schema<'ReadinessItem'> => ({ kind, state, detail, who: ['Mara Manager'], ways: [] });

const board: Schema<'Readiness'> = {
  release: scope.release,
  version: 7,
  blocked: 1,
  waiting: 1,
  items: [
    item('conflict', 'stop', 'CHG-31 works on db-2 at the same time'),
    item('approval', 'waiting', '2 votes of the CAB are awaited'),
    item('scope', 'clear', '3 changes are attached'),
  ],
};

const plan: Schema<'Communication'> = {
  release: scope.release,
  version: 1,
  what: 'Ledger 9',
  why: '',
  impact: '',
  action: '',
  contact: '',
  rollback: '',
  measures: [],
  committed: false,
  moments: [
    {
      moment: 'before',
      state: 'waits',
      due_at: at(4),
      named: false,
      off: false,
      optional: true,
    },
    { moment: 'moved', state: 'not_needed', named: false, off: false, optional: false },
  ],
  services: [ledger],
  groups: [
    {
      group: { id: 'ugr_1', name: 'Branches' },
      audience: 'customers',
      members: 40,
      added: false,
    },
  ],
  audience: [{ audience: 'customers', people: 40 }],
  people: 40,
  waiting: 0,
  dead: 0,
  notices: [],
  actions: [],
};

const of = (number: string, more: Record<string, unknown> = {}) => ({
  [`GET /releases/${number}/scope`]: scope,
  [`GET /releases/${number}/readiness`]: board,
  [`GET /releases/${number}/communication`]: plan,
  ...more,
});

const part = (name: string) => within(screen.getByRole('region', { name }));

describe('the summary of a release', () => {
  it('says on one page what it is for, when, what blocks it, who approved and the way back', async () => {
    serve(of('REL-17'));
    show('/releases/REL-17/summary');
    await screen.findByRole('heading', { level: 1, name: /REL-17 Ledger 9, summary/ });

    const glance = part('At a glance');
    expect(glance.getByText('Mara Manager')).toBeInTheDocument();
    expect(glance.getByText('planned, not committed yet')).toBeInTheDocument();
    expect(glance.getByText('Not given')).toBeInTheDocument();
    expect(glance.getByText('waits for CAB')).toBeInTheDocument();
    expect(glance.getByText('1 at stop, 1 waiting')).toBeInTheDocument();

    const states = within(screen.getByRole('list', { name: 'States' })).getAllByRole('listitem');
    expect(states).toHaveLength(release.states.length);
    expect(states[3]).toHaveAttribute('aria-current', 'step');

    const goals = part('Objectives and measures');
    expect(goals.getByText('Settlement within one hour')).toBeInTheDocument();
    expect(goals.getByText('below 0.1 %')).toBeInTheDocument();

    const services = part('Changes by service');
    expect(services.getByText('2 changes')).toBeInTheDocument();
    expect(services.getByRole('link', { name: /CHG-41/ })).toBeInTheDocument();
    expect(services.getByText('Of no service')).toBeInTheDocument();
    expect(services.getByText('Branch portal')).toBeInTheDocument();

    const risk = part('Risk');
    expect(risk.getByText(/62 of 100 points/)).toBeInTheDocument();
    expect(risk.getByText('ledger-db has criticality 1')).toBeInTheDocument();
    expect(risk.queryByText('degraded for 20 minutes')).not.toBeInTheDocument();
    expect(risk.getByRole('link', { name: 'and 1 more' })).toBeInTheDocument();

    const back = part('The way back');
    expect(back.getByText('1 h 15 min')).toBeInTheDocument();
    expect(back.getByText('The way back was rehearsed 12 days ago.')).toBeInTheDocument();
    expect(back.getByText(/Messages already sent/)).toBeInTheDocument();

    const blocks = part('What blocks the date');
    expect(blocks.getByText('CHG-31 works on db-2 at the same time.')).toBeInTheDocument();
    expect(blocks.getAllByText('Must act: Mara Manager')).toHaveLength(2);
    expect(blocks.queryByText('3 changes are attached.')).not.toBeInTheDocument();

    const approvals = part('Approvals');
    expect(approvals.getByText('Given by Mara Manager')).toBeInTheDocument();
    expect(approvals.getByText('2 missing, of Cem Board, Mara Manager')).toBeInTheDocument();
    expect(approvals.getByText('1 vote is void')).toBeInTheDocument();

    expect(part('Open conflicts').getByText(/CHG-31 works on db-2, which/)).toBeInTheDocument();

    const notices = part('Communication');
    expect(notices.getByText('40 people')).toBeInTheDocument();
    expect(notices.getByText('Before it begins')).toBeInTheDocument();
    expect(notices.queryByText('Its date moved')).not.toBeInTheDocument();
    expect(screen.getByText(/^As of .*, version 7 of the record\.$/)).toBeInTheDocument();
  });

  it('names what a bare release lacks, and what that would be good for', async () => {
    const bare: Schema<'Release'> = {
      ...release,
      phase: 'planning',
      state: 'planning',
      owner: null,
      window: null,
      objectives: [],
      kpis: [],
      changes: [],
      conflicts: [],
      rounds: [],
      risk: { tier: 'low', points: 0, recorded: false, factors: [] },
      rollback_plan: { ...release.rollback_plan, steps: [], minutes: 0, latest_start: null },
    };
    serve(
      of('REL-17', {
        'GET /releases/REL-17': bare,
        'GET /releases/REL-17/scope': { ...scope, included: [], impact: [] },
        'GET /releases/REL-17/readiness': { ...board, items: [], blocked: 0, waiting: 0 },
        'GET /releases/REL-17/communication': { ...plan, groups: [], audience: [], people: 0 },
      }),
    );
    show('/releases/REL-17/summary');
    expect(await screen.findByText(/No objective is written/)).toBeInTheDocument();
    expect(screen.getByText(/No measure of success is set/)).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'Edit the release' })).toHaveAttribute(
      'href',
      '/releases/REL-17/overview?edit=true',
    );
    expect(screen.getByText(/It cannot be submitted before/)).toBeInTheDocument();
    expect(screen.getByText(/Set one, and what collides/)).toBeInTheDocument();
    expect(screen.getByText(/A release without one cannot be submitted/)).toBeInTheDocument();
    expect(screen.getByText(/Attach one first/)).toBeInTheDocument();
    expect(screen.getByText('Nothing blocks or is waited for.')).toBeInTheDocument();
    expect(screen.getByText(/Nobody was asked yet/)).toBeInTheDocument();
    expect(screen.getByText('They are found once there is a window.')).toBeInTheDocument();
    expect(screen.getByText(/only its own people are told/)).toBeInTheDocument();
  });

  it('tells how the work goes once its date cannot be lost any more', async () => {
    serve(of('REL-18'));
    show('/releases/REL-18/summary');
    expect(await screen.findByText('1 of 3 steps done')).toBeInTheDocument();
    expect(screen.queryByRole('region', { name: 'What blocks the date' })).toBeNull();
    expect(part('At a glance').getByText('Given')).toBeInTheDocument();
    expect(part('At a glance').getByText(/Europe\/London/)).toBeInTheDocument();
    expect(part('Open conflicts').getByText(/^None/)).toBeInTheDocument();
  });

  it('shows the rest where one part cannot be read', async () => {
    const refuse = new Refuse(403, { code: 'forbidden', detail: 'not for you' });
    serve(of('REL-17', { 'GET /releases/REL-17/communication': refuse }));
    show('/releases/REL-17/summary');
    expect(await screen.findByText('Settlement within one hour')).toBeInTheDocument();
    expect(part('Communication').getByRole('alert')).toBeInTheDocument();
  });

  it('is printed by a button and by a key', async () => {
    const print = vi.fn();
    vi.stubGlobal('print', print);
    serve(of('REL-17'));
    const { user } = show('/releases/REL-17/summary');
    await user.click(await screen.findByRole('button', { name: 'Print' }));
    await user.keyboard('p');
    expect(print).toHaveBeenCalledTimes(2);
  });
});

// The page of a release is the largest: its script is there before it is waited for.
beforeAll(() => import('./pages/ReleasePage'), 60_000);

it('is one press away from a major release, and in the menu of any other', async () => {
  serve();
  const { user, unmount } = show('/releases/REL-17');
  const link = await screen.findByRole('link', { name: 'Summary' });
  expect(link).toHaveAttribute('href', '/releases/REL-17/summary');
  unmount();
  serve(of('REL-18'));
  const minor = show(`/releases/${deploying.number}`);
  await user.click(await screen.findByRole('button', { name: 'More actions' }));
  expect(screen.queryByRole('link', { name: 'Summary' })).toBeNull();
  await user.click(await screen.findByRole('menuitem', { name: /One-page summary/ }));
  expect(minor.router.state.location.pathname).toBe('/releases/REL-18/summary');
});

describe('what the summary makes of the answers', () => {
  it('puts changes under each service that they touch, and those of none last', () => {
    const rows = byService([
      { change: third!, services: [], tier: 'low' },
      { change: first!, services: [ledger, portal], tier: 'low' },
      { change: second!, services: [portal], tier: 'low' },
    ]);
    expect(rows).toEqual([
      { service: ledger, changes: [first] },
      { service: portal, changes: [first, second] },
      { changes: [third] },
    ]);
    expect(byService([])).toEqual([]);
  });

  it('takes the factors that add most, and none that add nothing', () => {
    const names = largest(release.risk).factors.map((factor) => factor.name);
    expect(names).toEqual(['criticality', 'dependants', 'environment']);
    expect(names).toHaveLength(SHOWN.factors);
    const calm = { ...release.risk, factors: release.risk.factors.slice(4) };
    expect(largest(calm).factors).toEqual([]);
  });

  it('asks again for a vote that is void, and for roles where nobody is named', () => {
    const cab = round.stages[1]!.groups[0]!;
    expect(askedOf(cab).names).toEqual(['Cem Board', 'Mara Manager']);
    const counts = { ...cab, votes: cab.votes.map((vote) => ({ ...vote, voided: null })) };
    expect(askedOf(counts).names).toEqual(['Mara Manager']);
    expect(askedOf({ ...cab, voters: [] })).toEqual({ names: ['cab member'], more: 0 });
    expect(missingOf(round)).toEqual([cab]);
    expect(missingOf({ ...round, state: 'withdrawn' })).toEqual([]);
  });
});

it('leads from what it leaves out to where all of it stands', async () => {
  const many = Array.from({ length: 5 }, (_, index) => ({ ...conflict, id: `cfl_${index}` }));
  serve(of('REL-17', { 'GET /releases/REL-17': { ...release, conflicts: many } }));
  show('/releases/REL-17/summary');
  const open = within(await screen.findByRole('region', { name: 'Open conflicts' }));
  expect(open.getAllByRole('listitem')).toHaveLength(SHOWN.conflicts);
  expect(open.getByRole('link', { name: 'and 2 more' })).toHaveAttribute(
    'href',
    '/releases/REL-17/conflicts',
  );
});
