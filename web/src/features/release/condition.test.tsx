// A yes under a condition, and that the condition is met.
import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { release } from '@/testing/fixtures';
import { show } from '@/testing/render';
import { serve, writes } from '@/testing/server';

const [round] = release.rounds;
const [stage] = round!.stages;
const [group] = stage!.groups;
const vote = {
  person: { id: 'per_7', name: 'Sara' },
  on_behalf_of: null,
  answer: 'approve',
  reason: null,
  at: '2026-11-20T10:00:00Z',
  content_hash: round!.content_hash,
  voided: null,
  condition: {
    text: 'the restore is tried',
    person: { id: 'per_9', name: 'Ivan' },
    open: true,
  },
};
const open = {
  ...release,
  rounds: [{ ...round!, stages: [{ ...stage!, groups: [{ ...group!, votes: [vote] }] }] }],
  actions: [...release.actions, { name: 'meet_condition', allowed: true, refusal: null }],
};

describe('a condition of an approval', () => {
  it('is sent with the yes, and names who marks it met', async () => {
    const sent = serve({
      'GET /people': { items: [{ id: 'per_9', login: 'ivan', name: 'Ivan', active: true }] },
      'POST /releases/REL-17/approve': { id: release.id, version: 8 },
    });
    const { user } = show('/releases/REL-17/approvals');
    await screen.findByText('Round 1');
    await user.click(screen.getAllByRole('button', { name: 'Approve' })[0]!);
    const dialog = await screen.findByRole('dialog');
    await user.type(within(dialog).getByRole('textbox', { name: 'Only if' }), 'it is tried');
    await user.click(within(dialog).getByRole('button', { name: 'Approve' }));
    expect(await within(dialog).findByText('Name who marks it met.')).toBeInTheDocument();
    expect(writes(sent)).toHaveLength(0);
    await user.click(within(dialog).getByRole('textbox', { name: /Marked met by/ }));
    await user.click(await screen.findByRole('option', { name: /Ivan/ }));
    await user.click(within(dialog).getByRole('button', { name: 'Approve' }));
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    expect(writes(sent)[0]?.body).toMatchObject({ condition: { text: 'it is tried' } });
  });

  it('stands open on the round until it is marked met', async () => {
    const sent = serve({
      'GET /releases/REL-17': open,
      'POST /releases/REL-17/condition/meet': { id: release.id, version: 8 },
    });
    const { user } = show('/releases/REL-17/approvals');
    expect(await screen.findByText('Open: Ivan marks it met')).toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'More actions' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Mark a condition met' }));
    const dialog = await screen.findByRole('dialog');
    expect(within(dialog).getByRole('radio', { name: /the restore is tried/ })).toBeChecked();
    await user.type(within(dialog).getByRole('textbox'), 'nine minutes');
    await user.click(within(dialog).getByRole('button', { name: 'Mark a condition met' }));
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    expect(writes(sent)[0]?.body).toEqual({ voter: 'per_7', note: 'nine minutes' });
  });
});
