// The calendar page against a stand-in for the server: every view shows what collides.
import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { ANSWERS, calendar, change, DATE, ledger, release } from '@/testing/calendarFixture';
import { show } from '@/testing/render';
import { serve } from '@/testing/server';

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
