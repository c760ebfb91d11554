// The palette offers what can be done to the record of the page, as its buttons do it.
import { act, screen, waitFor, within } from '@testing-library/react';
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

async function opened(address: string, heading: RegExp) {
  const view = show(address);
  await screen.findByRole('heading', { name: heading, level: 1 });
  await view.user.click(screen.getByRole('button', { name: 'Search and commands' }));
  const field = await screen.findByRole('combobox', { name: 'Search and commands' });
  return { ...view, field };
}

describe('the palette on a record', () => {
  it('lists what may be done first, and what is refused with the reason', async () => {
    serve(ANSWERS);
    await opened('/changes/CHG-41', /CHG-41/);
    const options = screen.getAllByRole('option');
    expect(options[0]).toHaveTextContent(/^CHG-41/);
    const start = screen.getByRole('option', { name: /Start work/ });
    expect(start).toHaveAttribute('aria-disabled', 'true');
    expect(start).toHaveTextContent('No window.');
    expect(options.indexOf(start)).toBeLessThan(
      options.indexOf(screen.getByRole('option', { name: /New change/ })),
    );
  });

  it('opens the same dialog as the button, and nothing for what is refused', async () => {
    const sent = serve(ANSWERS);
    const { user, field } = await opened('/changes/CHG-41', /CHG-41/);
    await user.type(field, '{Enter}');
    expect(field).toBeInTheDocument();
    await user.type(field, 'start work');
    await user.keyboard('{Enter}');
    expect(field).toBeInTheDocument();
    await user.clear(field);
    await user.type(field, 'cancel the change');
    await user.keyboard('{Enter}');
    const dialog = await screen.findByRole('dialog', { name: /Cancel/ });
    expect(within(dialog).getByRole('textbox')).toBeInTheDocument();
    expect(writes(sent)).toHaveLength(0);
  });

  it('leads to the part of the record where a verb is, and opens it there', async () => {
    serve(ANSWERS);
    const { user, field, router } = await opened('/changes/CHG-41', /CHG-41/);
    await user.type(field, 'add task');
    await user.keyboard('{Enter}');
    await waitFor(() => expect(router.state.location.pathname).toBe('/changes/CHG-41/tasks'));
    await screen.findByRole('button', { name: 'Add task' });
    await user.click(screen.getByRole('button', { name: 'Search and commands' }));
    await user.type(await screen.findByRole('combobox'), 'add task');
    await user.keyboard('{Enter}');
    expect(await screen.findByRole('dialog', { name: 'New task' })).toBeInTheDocument();
  });

  it('offers nothing of a record that one has left', async () => {
    serve(ANSWERS);
    const { router, user } = show('/changes/CHG-41');
    await screen.findByRole('heading', { name: /CHG-41/, level: 1 });
    act(() => router.history.push('/settings'));
    await screen.findByRole('heading', { name: 'Settings', level: 1 });
    await user.click(screen.getByRole('button', { name: 'Search and commands' }));
    await screen.findByRole('combobox', { name: 'Search and commands' });
    expect(screen.queryByRole('option', { name: /CHG-41/ })).not.toBeInTheDocument();
  });
});
