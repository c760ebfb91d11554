import { screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { changes, me, running, soon } from '@/testing/fixtures';
import { approvalRow, calendar, deploymentRow, releaseRows, reviewRow } from '@/testing/lists';
import { gate } from '@/testing/gateFixture';
import { show } from '@/testing/render';
import { Refuse, serve } from '@/testing/server';
import { atRisk } from './AtRisk';
import { lanes, spotOf } from './lanes';

const none = { items: [] };
const nothing = {
  'GET /releases': none,
  'GET /changes': none,
  'GET /approvals': none,
  'GET /reviews': none,
  'GET /deployments': none,
};

/** A change that the reader asked for and carries out, outside of any release. */
const own = {
  ...changes[0]!,
  requester: me.person,
  implementer: me.person,
  release: null,
  window: running,
};
const change = (more: object) => ({ 'GET /changes': { items: [{ ...own, ...more }] } });
const asked = {
  release: { id: 'rel_17', number: 'REL-17', name: 'Ledger 9' },
  team: me.teams[0]!,
  window: soon,
  asked_by: 'Cem Board',
  asked_at: soon.start,
  note: '',
};
const action = {
  review: { id: reviewRow.id, number: reviewRow.number, name: 'Mobile app 12' },
  subject: reviewRow.subject,
  item: 1,
  title: 'Add a check of the queue depth',
  owner: me.person,
  due_on: '2026-01-05',
  done: false,
  overdue: true,
};
const undelivered = { id: 'ntc_1', record: asked.release, place: 1, moment: 'before', dead: 2 };
const MOVED = 'moved_on';
const teller = { ...me, permissions: [...me.permissions, 'notice.write'] };

describe('the next thing of each role', () => {
  const CALLS: [string, Record<string, unknown>, string, string][] = [
    [
      'an implementer whose window is open',
      change({ phase: 'scheduled' }),
      'The window of CHG-41 is open',
      '/changes/CHG-41',
    ],
    [
      'an implementer who has begun',
      change({ phase: 'implement', window: soon }),
      'CHG-41 is under way: say how it went',
      '/changes/CHG-41',
    ],
    [
      'a requester with a draft',
      change({ phase: 'draft' }),
      'A draft of yours waits to be submitted',
      '/changes/CHG-41',
    ],
    [
      'a service owner who is asked for a window',
      { 'GET /releases/asked': { items: [asked] } },
      'Your team is asked for a window',
      '/releases/REL-17/overview',
    ],
    [
      'whoever has a late action item',
      { 'GET /reviews/actions': { items: [action] } },
      'One action item of yours is late',
      '/reviews/PIR-3',
    ],
    [
      'who writes notices, when one did not arrive',
      { 'GET /session': teller, 'GET /notices': { items: [undelivered] } },
      'A notice of REL-17 did not reach all',
      '/releases/REL-17/notices',
    ],
    [
      'who writes notices, when its people were not told that it moved on',
      { 'GET /session': teller, 'GET /notices': { items: [{ ...undelivered, moment: MOVED }] } },
      'A notice of REL-17 did not reach all',
      '/releases/REL-17/notices',
    ],
  ];

  it.each(CALLS)('calls %s', async (_, answers, title, to) => {
    serve({ ...nothing, ...answers });
    const { user, router } = show('/');
    const next = await screen.findByRole('region', { name: 'Next' });
    expect(within(next).getByRole('heading')).toHaveTextContent(title);
    await user.click(within(next).getByRole('button'));
    expect(router.history.location.pathname).toBe(to);
  });

  const QUIET: [string, Record<string, unknown>][] = [
    ['its window is ahead', change({ phase: 'scheduled', window: soon })],
    ['a release carries it', change({ phase: 'scheduled', release: asked.release })],
    ['it is on hold', change({ phase: 'implement', held: true })],
    ['another carries it out', change({ phase: 'implement', implementer: own.team })],
    ['another asked for the draft', change({ phase: 'draft', requester: own.team })],
    [
      'the item is not late yet',
      { 'GET /reviews/actions': { items: [{ ...action, overdue: false }] } },
    ],
    ['the reader may not tell', { 'GET /notices': { items: [undelivered] } }],
  ];

  it.each(QUIET)('is calm while %s', async (_, answers) => {
    serve({ ...nothing, ...answers });
    show('/');
    expect(await screen.findByText('Nothing waits for you')).toBeInTheDocument();
  });

  it('puts what is bound to an hour before what is not', async () => {
    const items = [
      { ...own, phase: 'draft', id: 'chg_42', number: 'CHG-42' },
      { ...own, phase: 'scheduled' },
    ];
    serve({
      ...nothing,
      'GET /changes': { items },
      'GET /releases/asked': { items: [asked] },
      'GET /reviews/actions': { items: [action] },
    });
    show('/');
    expect(await screen.findByText('The window of CHG-41 is open')).toBeInTheDocument();
    const then = screen.getByRole('list', { name: 'Then' });
    expect(
      within(then)
        .getAllByRole('link')
        .map((link) => link.textContent),
    ).toEqual([
      'Your team is asked for a window',
      'One action item of yours is late',
      'A draft of yours waits to be submitted',
    ]);
  });
});

describe('home', () => {
  it('puts a running deployment of the reader before everything else', async () => {
    serve();
    show('/');
    expect(await screen.findByText('REL-18 is being deployed')).toBeInTheDocument();
    expect(screen.getByText('now CHG-42 payment gateway 4.2')).toBeInTheDocument();
  });

  it('puts a decision that runs out before the run, and leads to the way back', async () => {
    const until = '2026-11-26T14:05:00Z';
    const decision = { why: ['errors rise'], asked_at: until, until, default: 'rollback' };
    const release = { ...deploymentRow.release, id: 'rel_19', number: 'REL-19' };
    const asking = { ...deploymentRow, release, decision };
    serve({ 'GET /deployments': { items: [deploymentRow, asking] } });
    const { user, router } = show('/');
    const next = await screen.findByRole('region', { name: 'Next' });
    expect(within(next).getByRole('heading')).toHaveTextContent(
      'Go on with REL-19, or take it back?',
    );
    expect(next).toHaveTextContent(/Without an answer it is taken back at \d\d:05\./);
    await user.click(within(next).getByRole('button', { name: 'Decide' }));
    expect(router.state.location.pathname).toBe('/deployments/REL-19/back');
  });

  it('puts what a run waits for from the reader before a run that goes by itself', async () => {
    const release = { ...deploymentRow.release, id: 'rel_19', number: 'REL-19' };
    const words = 'Step look waits for the sign-off of a release_manager: Is it well?';
    const waiting = { ...deploymentRow, release, waits: [words] };
    serve({ 'GET /deployments': { items: [deploymentRow, waiting] } });
    show('/');
    const next = await screen.findByRole('region', { name: 'Next' });
    expect(within(next).getByRole('heading')).toHaveTextContent('The run of REL-19 waits for you');
    expect(next).toHaveTextContent(words);
  });

  it('shows everybody what is under way, with its step, the clock and the way there', async () => {
    const theirs = { ...deploymentRow, yours: false };
    const sent = serve({ 'GET /deployments': { items: [theirs] } });
    show('/');
    const block = await screen.findByRole('region', { name: 'Under way now' });
    expect(within(block).getByText(/1 of 3 steps done · now CHG-42/)).toBeInTheDocument();
    expect(within(block).getByText(/left in the window/)).toBeInTheDocument();
    const link = within(block).getByRole('link', { name: /REL-18/ });
    expect(link).toHaveAttribute('href', '/releases/REL-18/run');
    expect(screen.queryByText('REL-18 is being deployed')).not.toBeInTheDocument();
    const asked = sent.find((call) => call.path === '/deployments');
    expect(asked?.query.get('under_way')).toBe('true');
  });

  it('names what comes after the first', async () => {
    serve({ 'GET /releases': { items: [releaseRows[0]] } });
    show('/');
    await screen.findByText('REL-18 is being deployed');
    const then = screen.getByRole('list', { name: 'Then' });
    expect(within(then).getByRole('link', { name: 'One approval waits for you' })).toHaveAttribute(
      'href',
      '/approvals',
    );
  });

  it('asks for nothing that is on hold', async () => {
    const held = { ...approvalRow, held: true };
    serve({ ...nothing, 'GET /approvals': { items: [held] } });
    show('/');
    expect(await screen.findByText('Nothing waits for you')).toBeInTheDocument();
  });

  it('asks for the approval when nothing of the reader is running', async () => {
    serve({ 'GET /releases': { items: [releaseRows[0]] }, 'GET /deployments': none });
    show('/');
    expect(await screen.findByText('One approval waits for you')).toBeInTheDocument();
  });

  it('tells the owner of a service what was deployed without authority', async () => {
    const change = { id: 'chg_7', number: 'CHG-7', name: 'Unauthorised: booking-api' };
    const seen = { at: gate.since!, unauthorised: change };
    const sent = serve({ ...nothing, 'GET /gates': { items: [{ ...gate, seen }] } });
    show('/');
    const title = 'Something was deployed that nobody had authorised';
    expect(await screen.findByText(title)).toBeInTheDocument();
    expect(screen.getByText('booking-api in production')).toBeInTheDocument();
    const asked = sent.find((call) => call.path === '/gates');
    expect(asked?.query.get('unauthorised')).toBe('mine');
  });

  it('is calm when nothing waits', async () => {
    serve(nothing);
    show('/');
    expect(await screen.findByText('Nothing waits for you')).toBeInTheDocument();
  });

  it('does not call it calm when what waits could not be read', async () => {
    const failed = new Refuse(500, { code: 'internal', detail: 'The database did not answer.' });
    serve({ ...nothing, 'GET /approvals': failed });
    show('/');
    expect(await screen.findByText('What waits for you could not be read')).toBeInTheDocument();
    expect(screen.queryByText('Nothing waits for you')).not.toBeInTheDocument();
  });

  it('shows what is still under way past the end of its window', async () => {
    const overdue = { ...releaseRows[1]!, overdue_since: releaseRows[1]!.window!.end };
    serve({ 'GET /releases': { items: [overdue] } });
    show('/');
    const told = await screen.findByText(/its window ended, and work is still under way/);
    expect(told.closest('li')).toHaveTextContent('REL-18');
  });

  it('names why planned work would miss its date', () => {
    const [found] = atRisk(calendar.entries, new Date());
    expect(found?.entry.subject.number).toBe('REL-17');
    expect(found?.why).toContain('1 blocking conflict');
  });
});

describe('what is at risk', () => {
  it('is as bad as the record says: a warning blocks nothing', () => {
    const entries = calendar.entries.map((entry) => ({ ...entry, conflicts_blocking: 0 }));
    const [found] = atRisk(entries, new Date());
    expect(found?.why).toContain('1 conflict warning');
  });
});

describe('the strip of today', () => {
  const range = { start: Date.parse('2026-11-21T00:00Z'), end: Date.parse('2026-11-22T00:00Z') };
  const at = (start: string, end: string) => spotOf({ start, end, zone: 'UTC' }, range);
  const placed = (start: string, end: string) => ({ spot: at(start, end)! });

  it('cuts a window to what is shown, and says where it goes on', () => {
    expect(at('2026-11-20T12:00Z', '2026-11-21T06:00Z')).toMatchObject({
      from: 0,
      to: 0.25,
      begun: true,
      goesOn: false,
    });
    expect(at('2026-11-22T00:00Z', '2026-11-22T06:00Z')).toBeUndefined();
  });

  it('writes inside a long bar, else on the side that has more room', () => {
    expect(at('2026-11-21T00:00Z', '2026-11-21T12:00Z')?.words).toBe('inside');
    expect(at('2026-11-21T01:00Z', '2026-11-21T03:00Z')?.words).toBe('after');
    expect(at('2026-11-21T21:00Z', '2026-11-21T23:00Z')).toMatchObject({
      words: 'before',
      room: 0.5,
    });
  });

  it('gives work its own lane where bars or words would overlap', () => {
    const a = placed('2026-11-21T01:00Z', '2026-11-21T03:00Z');
    const b = placed('2026-11-21T02:00Z', '2026-11-21T04:00Z');
    const c = placed('2026-11-21T22:00Z', '2026-11-21T23:00Z');
    expect(lanes([c, b, a])).toEqual([[a, c], [b]]);
  });

  it('says since when work goes on that began before it', async () => {
    const now = Date.now();
    const entry = {
      ...calendar.entries[0]!,
      window: {
        start: new Date(now - 5 * 3_600_000).toISOString(),
        end: new Date(now + 3_600_000).toISOString(),
        zone: 'UTC',
      },
    };
    serve({ ...nothing, 'GET /calendar': { ...calendar, entries: [entry] } });
    show('/');
    expect(await screen.findByText(/^since \d\d:\d\d$/)).toBeInTheDocument();
  });
});
