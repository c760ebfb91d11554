// Entries are moved on the calendar, by keys here and by mouse in the browser stories.
import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { ANSWERS, calendar, DATE, release } from '@/testing/calendarFixture';
import { show } from '@/testing/render';
import { Refuse, serve, writes } from '@/testing/server';
import { shifted, snapped } from './shift';

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
