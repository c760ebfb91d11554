// The policy page: what somebody writes outlives another version that comes into force.
import { act, screen, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';
import { me } from '@/testing/fixtures';
import { models } from '@/testing/lists';
import { show } from '@/testing/render';
import { serve, writes } from '@/testing/server';
import { begun, edited, isOvertaken, onBothSides, onTop } from './draft';
import type { Policy } from './queries';

const policy = (version: number, normal: string, minor: string): Policy => ({
  version,
  note: '',
  by: version === 0 ? undefined : 'Bram Visser',
  files: { 'changes/normal.toml': normal, 'releases/minor.toml': minor },
  facts: [],
});

it('keeps edited files over a newer version and takes the others from it', () => {
  const [before, now] = [policy(3, 'a', 'b'), policy(4, 'a2', 'b2')];
  const draft = { ...begun(before), files: { ...before.files, 'changes/normal.toml': 'mine' } };
  expect(edited(draft)).toEqual(['changes/normal.toml']);
  expect(isOvertaken(draft, now)).toBe(true);
  expect(onBothSides(draft, now)).toEqual(['changes/normal.toml']);
  expect(onBothSides(draft, policy(4, 'a', 'b2'))).toEqual([]);
  expect(onTop(draft, now)).toEqual({
    base: now,
    files: { 'changes/normal.toml': 'mine', 'releases/minor.toml': 'b2' },
  });
  expect(isOvertaken(begun(before), now)).toBe(false);
  expect(isOvertaken(draft, before)).toBe(false);
  // What one activates oneself comes back as the newest version.
  expect(isOvertaken(draft, policy(4, 'mine', 'b'))).toBe(false);
});

it('says that a draft was overtaken, and loses nothing of it', async () => {
  let now = policy(0, 'before', 'minor');
  const sent = serve({
    'GET /session': { ...me, permissions: ['read', 'policy.write'] },
    'GET /policy': () => now,
    'GET /policy/versions': { items: [] },
    'PUT /policy': { version: 2 },
  });
  const { user, queries } = show('/settings/policy');
  await user.click(await screen.findByRole('button', { name: 'changes/normal.toml' }));
  const editor = screen.getByLabelText('Text of changes/normal.toml');
  await user.clear(editor);
  await user.type(editor, 'mine');
  await user.type(screen.getByLabelText('What is new'), 'Why');

  now = policy(1, 'theirs', 'minor, theirs');
  await act(() => queries.invalidateQueries({ queryKey: ['/policy'] }));
  expect(await screen.findByText(/Version 1 was put in force by Bram Visser/)).toBeInTheDocument();
  expect(editor).toHaveValue('mine');
  expect(screen.getByLabelText('What is new')).toHaveValue('Why');
  expect(screen.getByText(/Changed there and by you: changes\/normal.toml/)).toBeInTheDocument();

  await user.click(screen.getByRole('button', { name: 'Keep my text over version 1' }));
  expect(screen.queryByText(/was put in force by/)).not.toBeInTheDocument();
  expect(editor).toHaveValue('mine');
  await user.click(screen.getByRole('button', { name: 'Activate' }));
  await waitFor(() => expect(writes(sent)).toHaveLength(1));
  const [put] = writes(sent);
  expect(put?.headers.get('If-Match')).toBe('"1"');
  expect(put?.body).toEqual({
    note: 'Why',
    files: { 'changes/normal.toml': 'mine', 'releases/minor.toml': 'minor, theirs' },
  });
});

it('names flaws above the text, and each leads to its line', async () => {
  serve({
    'GET /policy': policy(1, 'one', 'first\nsecond wrong'),
    'GET /policy/versions': { items: [] },
    'POST /policy/check': {
      changed: [],
      findings: [{ file: 'releases/minor.toml', line: 2, column: 8, detail: 'is no word here' }],
    },
  });
  const { user } = show('/settings/policy');
  await user.click(await screen.findByRole('button', { name: 'Check' }));
  await user.click(await screen.findByRole('button', { name: 'releases/minor.toml 2:8' }));
  const editor = screen.getByLabelText<HTMLTextAreaElement>('Text of releases/minor.toml');
  expect(editor).toHaveFocus();
  expect(editor.value.slice(editor.selectionStart, editor.selectionEnd)).toBe('wrong');
});

it('reads a text of notices that is not in force yet on a release', async () => {
  const text = 'notices/start.toml';
  const base = policy(1, 'normal', 'minor');
  const row = { id: 'rel_01', number: 'REL-17', title: 'Winter' };
  const sent = serve({
    'GET /policy': { ...base, files: { ...base.files, [text]: 'was' } },
    'GET /policy/versions': { items: [] },
    'GET /releases': { items: [row] },
    'POST /releases/rel_01/communication/preview': { subject: 'Begun', text: 'Winter has begun.' },
  });
  const { user } = show('/settings/policy');
  expect(await screen.findByRole('button', { name: 'Check' })).toBeInTheDocument();
  expect(screen.queryByRole('button', { name: 'Read this text' })).toBeNull();
  await user.click(screen.getByRole('button', { name: text }));
  const editor = screen.getByLabelText(`Text of ${text}`);
  await user.clear(editor);
  await user.type(editor, 'mine');
  await user.click(screen.getByRole('textbox', { name: 'On the release' }));
  await user.click(await screen.findByRole('option', { name: /Winter/ }));
  await user.click(screen.getByRole('button', { name: 'Read this text' }));
  expect(await screen.findByText('Winter has begun.')).toBeInTheDocument();
  const asked = sent.find((call) => call.path.endsWith('/preview'));
  expect(asked?.body).toEqual({
    moment: 'start',
    audience: 'customers',
    files: { ...base.files, [text]: 'mine' },
  });
  expect(writes(sent)).toEqual([]);
});

it('tells when the cadence of a model opens its next release', async () => {
  const cadence = {
    rule: 'FREQ=MONTHLY;BYDAY=2TU',
    start: '20:00',
    zone: 'Europe/Amsterdam',
    lead_days: 28,
    next: {
      title: 'Monthly release 2031-01',
      opens_at: '2030-12-17T19:00:00Z',
      starts_at: '2031-01-14T19:00:00Z',
    },
  };
  serve({
    'GET /models': { items: models.map((model, at) => (at === 0 ? { ...model, cadence } : model)) },
  });
  show('/settings/models');
  const [told, ...others] = await screen.findAllByText(/^Opens its releases by itself/);
  expect(told).toHaveTextContent(/next on Tue 17 Dec 2030 20:00: Monthly release 2031-01/);
  expect(others).toEqual([]);
});
