// Free slots on the page of a change: found, and taken with a click.
import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { change, changeConflicts } from '@/testing/changeFixture';
import { keeper } from '@/testing/keeper';
import { show } from '@/testing/render';
import { serve, writes } from '@/testing/server';

const ANSWERS = {
  ...keeper,
  'GET /changes/CHG-41': change,
  'GET /conflicts': changeConflicts,
};

describe('free slots', () => {
  const next = { start: '2026-12-06T06:00:00Z', end: '2026-12-06T08:00:00Z', zone: 'UTC' };
  const found = {
    slots: [
      {
        window: next,
        earliest: true,
        reasons: [{ kind: 'earliest', good: true, detail: 'nothing before it is free' }],
        warnings: [],
      },
    ],
    refused: [
      {
        window: { ...next, start: '2026-12-05T20:00:00Z', end: '2026-12-05T22:00:00Z' },
        until: '2026-12-06T06:00:00Z',
        conflicts: [{ ...changeConflicts.items[0]!, detail: 'CHG-9 works on db-2 too' }],
      },
    ],
    until: '2027-03-01T00:00:00Z',
  };

  it('are found for a window, with what was refused before them, and taken with a click', async () => {
    const sent = serve({
      ...ANSWERS,
      'GET /slots': found,
      'POST /changes/CHG-41/schedule': { id: change.id, version: 8 },
    });
    const { user } = show('/changes/CHG-41');
    await user.click(await screen.findByRole('button', { name: 'More actions' }));
    await user.click(await screen.findByRole('menuitem', { name: /chedule/ }));
    const dialog = await screen.findByRole('dialog');
    await user.click(within(dialog).getByRole('button', { name: 'Find a slot' }));
    expect(await within(dialog).findByText('nothing before it is free')).toBeInTheDocument();
    expect(within(dialog).getByText(/CHG-9 works on db-2 too/)).toBeInTheDocument();
    await user.click(within(dialog).getByRole('button', { name: /^Take Sun/ }));
    await user.click(within(dialog).getByRole('button', { name: 'Schedule' }));
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    expect(writes(sent)[0]?.body).toEqual({ window: next });
    const asked = sent.find((call) => call.path === '/slots');
    expect(asked?.query.get('subject')).toBe('CHG-41');
  });

  it('are offered beside a conflict that blocks, and move the change there', async () => {
    const sent = serve({
      ...ANSWERS,
      'GET /slots': found,
      'GET /changes/CHG-41': { ...change, phase: 'scheduled' },
      'GET /conflicts': {
        items: [{ ...changeConflicts.items[0]!, state: 'open', severity: 'blocking' }],
      },
      'POST /changes/CHG-41/schedule': { id: change.id, version: 8 },
    });
    const { user } = show('/changes/CHG-41/conflicts');
    await user.click(await screen.findByRole('button', { name: 'Move it there' }));
    // The window is committed, so it is asked about once.
    expect(await screen.findByText(/window is committed/)).toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Move it' }));
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    expect(writes(sent)[0]?.body).toEqual({ window: next });
    expect(await screen.findByRole('button', { name: 'Undo' })).toBeInTheDocument();
  });
});
