// Maintenance windows and blackouts: made and removed on their pages.
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { ANSWERS, change } from '@/testing/calendarFixture';
import { show } from '@/testing/render';
import { serve, writes } from '@/testing/server';

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
    const log = await screen.findByRole('link', { name: 'In the log: Month end' });
    expect(log).toHaveAttribute('href', '/audit?subject=blk_1');
    await user.click(screen.getByRole('button', { name: 'Remove Month end' }));
    const dialog = await screen.findByRole('dialog');
    await user.click(within(dialog).getByRole('button', { name: 'Remove' }));
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    expect(writes(sent)[0]?.headers.get('If-Match')).toBe('"5"');
  });
});

function fill(field: HTMLElement, value: string) {
  fireEvent.change(field, { target: { value } });
}
