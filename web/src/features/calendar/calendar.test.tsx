// The calendar page against a stand-in for the server: every view shows what collides.
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { payments } from '@/testing/fixtures';
import { keeper } from '@/testing/keeper';
import { show } from '@/testing/render';
import { Refuse, serve, writes } from '@/testing/server';
import type { Calendar, Entry } from './model';
import { shifted, snapped } from './shift';

const ledger = { id: 'svc_01', name: 'Card ledger' };
const portal = { id: 'svc_02', name: 'Portal' };
const DATE = '2026-11-18';

function entry(kind: string, number: string, name: string, hours: [number, number]): Entry {
  const at = (hour: number) => `${DATE}T${String(hour).padStart(2, '0')}:00:00Z`;
  return {
    subject: { id: number.toLowerCase(), number, name },
    kind,
    type: 'normal',
    phase: 'scheduled',
    committed: true,
    window: { start: at(hours[0]), end: at(hours[1]), zone: 'Europe/Berlin' },
    environment: 'production',
    services: [ledger],
    team: payments,
    changes: kind === 'release' ? 3 : 0,
    tier: 'high',
    conflicts_open: 1,
    conflicts_blocking: 1,
    outage_minutes: kind === 'release' ? 45 : 0,
  };
}

const release = entry('release', 'REL-17', 'Ledger 9', [20, 23]);
const change = entry('change', 'CHG-31', 'Patch the database', [21, 22]);

const calendar: Calendar = {
  entries: [release, change],
  blackouts: [],
  meetings: [],
  windows: [],
  peaks: [],
  events: [],
  sprints: [],
  external: [],
  conflicts: [
    {
      id: 'cfl_1',
      kind: 'upstream_ci',
      severity: 'blocking',
      state: 'open',
      subject: release.subject,
      with: change.subject,
      with_kind: 'change',
      overlap: change.window,
      detail: 'Both claim db-2.',
      hits: [{ ci: { id: 'ci_1', name: 'web-01' }, path: 'web-01 → uses → db-2' }],
    },
  ],
  truncated: false,
};

const ANSWERS = {
  ...keeper,
  'GET /calendar': calendar,
  'GET /services': {
    items: [
      {
        ...ledger,
        version: 1,
        description: '',
        criticality: 1,
        known_limits: '',
        region: '',
        cis_total: 2,
      },
      {
        ...portal,
        version: 1,
        description: '',
        criticality: 2,
        known_limits: '',
        region: '',
        cis_total: 2,
      },
    ].map((service) => ({ ...service, team: payments })),
  },
};

describe('the calendar', () => {
  it('shows services as rows, bars as links, and the path of a conflict', async () => {
    serve(ANSWERS);
    const { user } = show(`/calendar?date=${DATE}`);
    const bar = await screen.findByRole('link', { name: /REL-17 Ledger 9.*3 changes.*45 min/ });
    expect(bar).toHaveAttribute('href', expect.stringContaining('/releases/REL-17'));
    expect(screen.getByRole('group', { name: 'Portal' })).toBeInTheDocument();
    await user.click(
      screen.getByRole('button', { name: 'Blocking conflict: web-01 → uses → db-2' }),
    );
    const details = await screen.findByRole('dialog');
    expect(within(details).getByText('Both claim db-2.')).toBeInTheDocument();
    expect(within(details).getByText('Open the conflicts of REL-17')).toHaveAttribute(
      'href',
      '/releases/REL-17/conflicts',
    );
  });

  it('moves between bars with the arrow keys', async () => {
    serve(ANSWERS);
    const { user } = show(`/calendar?date=${DATE}`);
    const bar = await screen.findByRole('link', { name: /^REL-17/ });
    bar.focus();
    await user.keyboard('{ArrowRight}');
    expect(document.activeElement).not.toBe(bar);
    expect(document.activeElement).toHaveAttribute('data-stop');
    await user.keyboard('{Home}');
    expect(document.activeElement).toBe(bar);
  });

  it('asks for exactly the span and the filters of the address', async () => {
    const sent = serve(ANSWERS);
    show(`/calendar?view=list&span=week&date=${DATE}&environment=production&team=tem_01`);
    await screen.findByText('Ledger 9');
    const asked = sent.find((call) => call.path === '/calendar');
    expect(asked?.query.get('from')).toBe('2026-11-15T23:00:00.000Z');
    expect(asked?.query.get('to')).toBe('2026-11-22T23:00:00.000Z');
    expect(asked?.query.get('environment')).toBe('production');
    expect(asked?.query.get('team')).toBe('tem_01');
  });

  it('lists the forward schedule with the projected outage in the reader’s zone', async () => {
    serve(ANSWERS);
    show(`/calendar?view=list&date=${DATE}`);
    const row = (await screen.findByText('Ledger 9')).closest('tr')!;
    expect(within(row).getByText('21:00–Thu 00:00')).toBeInTheDocument();
    expect(within(row).getByText('45 min')).toBeInTheDocument();
    expect(within(row).getByRole('button', { name: /web-01 → uses → db-2/ })).toBeInTheDocument();
    expect(screen.getByText('Times in Europe/Berlin')).toBeInTheDocument();
  });

  it('shows changes, releases and their conflicts in the month', async () => {
    serve(ANSWERS);
    show(`/calendar?view=month&date=${DATE}`);
    const event = await screen.findByTitle(/^CHG-31 Patch the database/, {}, { timeout: 10_000 });
    expect(event).toHaveTextContent('1 blocking conflict');
    expect(event.closest('a')).toHaveAttribute('href', '/changes/CHG-31');
  });

  it('shows meetings, business events and sprints, and asks for a region', async () => {
    const window = { start: `${DATE}T09:00:00Z`, end: `${DATE}T10:00:00Z`, zone: 'Europe/Berlin' };
    const band = (id: string, name: string) => ({ id, name, window, services: [] });
    const sent = serve({
      ...ANSWERS,
      'GET /regions': { items: [{ name: 'Frankfurt' }] },
      'GET /calendar': {
        ...calendar,
        meetings: [
          {
            subject: { id: 'mtg_1', number: 'CAB-4', name: 'CAB-4 Advisory board' },
            board: { id: 'brd_1', name: 'Advisory board' },
            window,
          },
        ],
        events: [band('prd_1', 'Winter sale')],
        sprints: [band('prd_2', 'Sprint 9')],
      },
    });
    const { user } = show(`/calendar?date=${DATE}`);
    const meeting = await screen.findByRole('link', { name: 'CAB-4 Advisory board' });
    expect(meeting).toHaveAttribute('href', '/cab/CAB-4');
    expect(meeting).toHaveAttribute('title', expect.stringMatching(/10:00 – 11:00 CET$/));
    expect(screen.getAllByTitle('Business event: Winter sale')).not.toHaveLength(0);
    expect(screen.getAllByTitle('Development sprint: Sprint 9')).not.toHaveLength(0);
    await user.click(screen.getByRole('combobox', { name: 'Region' }));
    await user.click(await screen.findByRole('option', { name: 'Frankfurt' }));
    await waitFor(() =>
      expect(sent.some((call) => call.query.get('region') === 'Frankfurt')).toBe(true),
    );
  });

  it('draws what only warns as a warning, in colour and words', async () => {
    const warned = { ...release, conflicts_blocking: 0 };
    const only = { ...calendar.conflicts[0]!, severity: 'warning' };
    serve({ ...ANSWERS, 'GET /calendar': { ...calendar, entries: [warned], conflicts: [only] } });
    show(`/calendar?date=${DATE}`);
    const bar = await screen.findByRole('link', { name: /REL-17 Ledger 9.*1 conflict warning/ });
    expect(bar).toHaveAttribute('data-conflict', 'warning');
    const tag = screen.getByRole('button', { name: 'Warning conflict: web-01 → uses → db-2' });
    expect(tag).toHaveAttribute('data-look', 'warning');
    const strip = screen.getByRole('region', { name: 'Conflicts in this span' });
    expect(strip).toHaveAttribute('data-severity', 'warning');
  });

  it('goes a step on with a key, and the address says so', async () => {
    serve(ANSWERS);
    const { user, router } = show(`/calendar?view=list&span=week&date=${DATE}`);
    await screen.findByText('Ledger 9');
    await user.keyboard('{ArrowRight}');
    await waitFor(() => expect(router.state.location.search).toMatchObject({ date: '2026-11-23' }));
  });
});

describe('moving on the calendar', () => {
  const blocked = {
    conflicts: [{ ...calendar.conflicts[0]!, id: null, detail: 'CHG-9 works on db-2 too.' }],
    blocking: 1,
  };
  const record = { ...release, version: 4, scheduled: true, window: release.window };
  const MOVES = {
    ...ANSWERS,
    'GET /releases/REL-17': record,
    'POST /releases/REL-17/schedule': { id: 'rel_17', version: 5 },
  };

  it('takes an entry up, shows what collides there, saves it, and takes it back', async () => {
    const sent = serve({ ...MOVES, 'POST /conflicts/check': blocked });
    const { user } = show(`/calendar?span=week&date=${DATE}`);
    const bar = await screen.findByRole('link', { name: /^REL-17/ });
    bar.focus();
    await user.keyboard(' {Shift>}{ArrowRight}{/Shift}{ArrowRight}');
    expect(await screen.findByText('CHG-9 works on db-2 too.')).toBeInTheDocument();
    const checked = sent.filter((call) => call.path === '/conflicts/check').at(-1);
    expect(checked?.body).toMatchObject({
      subject: 'REL-17',
      window: { start: '2026-11-19T20:15:00Z', end: '2026-11-19T23:15:00Z' },
    });
    expect(writes(sent)).toHaveLength(0);
    expect(screen.getByText('1 conflict: it blocks.')).toBeInTheDocument();
    await user.keyboard('{Enter}');
    const dialog = await screen.findByRole('dialog', { name: /^Move REL-17 to .* CET\?$/ });
    expect(within(dialog).getByText(/window is committed/)).toBeInTheDocument();
    expect(within(dialog).getByText(/CHG-9 works on db-2 too/)).toBeInTheDocument();
    expect(writes(sent)).toHaveLength(0);
    await user.click(within(dialog).getByRole('button', { name: 'Move it' }));
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    expect(writes(sent)[0]).toMatchObject({
      path: '/releases/REL-17/schedule',
      body: { window: { start: '2026-11-19T20:15:00Z' } },
    });
    expect(writes(sent)[0]?.headers.get('If-Match')).toBe('"4"');
    await user.click(await screen.findByRole('button', { name: 'Undo' }));
    await waitFor(() => expect(writes(sent)).toHaveLength(2));
    expect(writes(sent)[1]?.body).toMatchObject({ window: { start: release.window.start } });
  });

  it('says what a move does to votes and followers, asks once, and undoes no approval', async () => {
    const slip = {
      release: { id: 'rel_18', number: 'REL-18', name: 'Ledger 10' },
      from: release.window,
      to: { ...release.window, start: '2026-11-20T20:00:00Z' },
      because: { id: 'rel_17', number: 'REL-17', name: 'Ledger 9' },
    };
    const sent = serve({
      ...MOVES,
      'POST /releases/REL-17/schedule/preview': { effect: { votes_voided: 2, slips: [slip] } },
    });
    const { user } = show(`/calendar?span=week&date=${DATE}`);
    const bar = await screen.findByRole('link', { name: /^REL-17/ });
    bar.focus();
    await user.keyboard(' {Shift>}{ArrowRight}{/Shift}');
    expect(await screen.findByText(/2 votes would be void/)).toBeInTheDocument();
    expect(screen.getByRole('link', { name: /REL-18/ })).toBeInTheDocument();
    await user.keyboard('{Enter}');
    const dialog = await screen.findByRole('dialog');
    expect(within(dialog).getByText(/2 votes would be void/)).toBeInTheDocument();
    expect(writes(sent)).toHaveLength(0);
    await user.click(within(dialog).getByRole('button', { name: 'Move it' }));
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    expect(await screen.findByText(/approval has to be given again, also if/)).toBeInTheDocument();
    expect(screen.queryByRole('button', { name: 'Undo' })).not.toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Move back' }));
    await waitFor(() => expect(writes(sent)).toHaveLength(2));
    const told = 'The window of REL-17 is where it was; its approval has to be given again';
    expect(await screen.findByText(told)).toBeInTheDocument();
  });

  it('asks nothing where what is only planned collides with nothing new', async () => {
    const sent = serve({
      ...MOVES,
      'GET /releases/REL-17': { ...record, scheduled: false },
      'PATCH /releases/REL-17': { id: 'rel_17', version: 5 },
      'GET /conflicts': { items: [calendar.conflicts[0]!] },
      'POST /conflicts/check': blocked,
    });
    const { user } = show(`/calendar?span=week&date=${DATE}`);
    (await screen.findByRole('link', { name: /^REL-17/ })).focus();
    await user.keyboard(' {ArrowRight}{Enter}');
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
  });

  it('leaves everything as it was with Escape, and says why a move was refused', async () => {
    const refusal = new Refuse(409, {
      code: 'calendar.conflict_blocks',
      detail: 'a conflict blocks this window',
      errors: [{ pointer: '/window', detail: 'CHG-9 works on db-2 too' }],
    });
    const sent = serve({ ...MOVES, 'POST /releases/REL-17/schedule': refusal });
    const { user } = show(`/calendar?span=week&date=${DATE}`);
    const bar = await screen.findByRole('link', { name: /^REL-17/ });
    bar.focus();
    await user.keyboard(' {ArrowRight}{Escape}');
    expect(screen.queryByText(/Enter saves/)).not.toBeInTheDocument();
    expect(writes(sent)).toHaveLength(0);
    await user.keyboard(' {ArrowRight}{Enter}');
    await user.click(await screen.findByRole('button', { name: 'Move it' }));
    expect(await screen.findByText('REL-17 was not moved')).toBeInTheDocument();
    expect(screen.getByText(/CHG-9 works on db-2 too/)).toBeInTheDocument();
    expect(bar).not.toHaveAttribute('data-held');
  });

  it('edits what is only planned, by wall time over the end of summer time', () => {
    const window = {
      start: '2026-10-24T20:00:00Z',
      end: '2026-10-24T22:00:00Z',
      zone: 'Europe/Berlin',
    };
    expect(shifted(window, 24 * 60, 'Europe/Berlin')).toMatchObject({
      start: '2026-10-25T21:00:00Z',
      end: '2026-10-25T23:00:00Z',
    });
    expect(snapped(24 * 3_600_000 + 200_000, 15)).toBe(24 * 60);
    expect(snapped(-20 * 60_000, 15)).toBe(-15);
  });
});

describe('the lists', () => {
  it('holds the forward schedule to what is committed', async () => {
    const sent = serve({ ...ANSWERS, 'GET /calendar': { ...calendar, entries: [] } });
    show(`/calendar?view=list&list=fsc&date=${DATE}`);
    await screen.findByText('Nothing is committed in this span.');
    const asked = sent.find((call) => call.path === '/calendar');
    expect(asked?.query.get('committed')).toBe('true');
  });

  it('adds the projected outages of a service up', async () => {
    const outage = {
      service: ledger,
      minutes: 45,
      change: change.subject,
      subject: release.subject,
      kind: 'release',
      committed: false,
      phase: 'build',
      window: release.window,
      environment: 'production',
    };
    const total = { service: ledger, minutes: 45, changes: 1 };
    const outages = { items: [outage], totals: [total], truncated: false };
    serve({ ...ANSWERS, 'GET /calendar/outages': outages });
    show(`/calendar?view=list&list=pso&date=${DATE}`);
    expect(await screen.findByText(/45 min in all, by 1 change/)).toBeInTheDocument();
    const row = screen.getByText(/Patch the database/).closest('tr')!;
    expect(within(row).getByRole('link', { name: 'REL-17' })).toBeInTheDocument();
  });
});

describe('maintenance windows', () => {
  it('adds a daily window in a zone of its own', async () => {
    const sent = serve({
      ...ANSWERS,
      'GET /windows': { items: [] },
      'POST /windows': { id: 'win_1', version: 1 },
    });
    const { user } = show('/settings/windows');
    await user.click((await screen.findAllByRole('button', { name: 'New window' }))[0]!);
    const dialog = await screen.findByRole('dialog');
    await user.type(within(dialog).getByRole('textbox', { name: /Name/ }), 'Weeknights');
    fill(within(dialog).getByLabelText('Start'), '2026-11-23T22:00');
    fill(within(dialog).getByLabelText('End'), '2026-11-24T04:00');
    await user.click(within(dialog).getByRole('combobox', { name: /Repeats/ }));
    await user.click(await screen.findByRole('option', { name: 'Every day' }));
    await user.click(within(dialog).getByRole('button', { name: 'Add the window' }));
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    expect(writes(sent)[0]?.body).toMatchObject({
      name: 'Weeknights',
      repeats: 'daily',
      window: {
        start: '2026-11-23T21:00:00Z',
        end: '2026-11-24T03:00:00Z',
        zone: 'Europe/Berlin',
      },
    });
  });

  it('removes a blackout with the version that was seen', async () => {
    const band = {
      id: 'blk_1',
      version: 5,
      name: 'Month end',
      reason: 'Books close',
      services: [],
      window: change.window,
      repeats: 'none',
      except: [],
      also: [],
      next: [],
    };
    const sent = serve({
      ...ANSWERS,
      'GET /blackouts': { items: [band] },
      'DELETE /blackouts/blk_1': { id: 'blk_1', version: 6 },
    });
    const { user } = show('/settings/blackouts');
    await user.click(await screen.findByRole('button', { name: 'Remove Month end' }));
    const dialog = await screen.findByRole('dialog');
    await user.click(within(dialog).getByRole('button', { name: 'Remove' }));
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    expect(writes(sent)[0]?.headers.get('If-Match')).toBe('"5"');
  });
});

function fill(field: HTMLElement, value: string) {
  fireEvent.change(field, { target: { value } });
}
