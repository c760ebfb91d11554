// The calendar page against a stand-in for the server: every view shows what collides.
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { payments } from '@/testing/fixtures';
import { keeper } from '@/testing/keeper';
import { show } from '@/testing/render';
import { serve, writes } from '@/testing/server';
import type { Calendar, Entry } from './model';

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
    outage_minutes: kind === 'release' ? 45 : 0,
  };
}

const release = entry('release', 'REL-17', 'Ledger 9', [20, 23]);
const change = entry('change', 'CHG-31', 'Patch the database', [21, 22]);

const calendar: Calendar = {
  entries: [release, change],
  blackouts: [],
  windows: [],
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
      { ...ledger, version: 1, description: '', criticality: 1, known_limits: '', cis_total: 2 },
      { ...portal, version: 1, description: '', criticality: 2, known_limits: '', cis_total: 2 },
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
    await user.click(screen.getByRole('button', { name: 'Conflict: web-01 → uses → db-2' }));
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
    expect(event).toHaveTextContent('Conflict');
    expect(event.closest('a')).toHaveAttribute('href', '/changes/CHG-31');
  });

  it('goes a step on with a key, and the address says so', async () => {
    serve(ANSWERS);
    const { user, router } = show(`/calendar?view=list&span=week&date=${DATE}`);
    await screen.findByText('Ledger 9');
    await user.keyboard('{ArrowRight}');
    await waitFor(() => expect(router.state.location.search).toMatchObject({ date: '2026-11-23' }));
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
