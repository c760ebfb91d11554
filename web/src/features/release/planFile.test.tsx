import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { release } from '@/testing/fixtures';
import { carriedBy } from '@/testing/runFixture';
import { show } from '@/testing/render';
import { serve, writes, type Sent } from '@/testing/server';
import { drawn, exampleOf } from './planFile';

const planner = {
  'GET /releases/REL-17': {
    ...release,
    actions: [...release.actions, { name: 'set_plan', allowed: true }],
  },
};
const written = { id: release.id, version: 8 };
const flaw = { line: 3, column: 8, detail: '`CHG-9` is not a change of this release' };

describe('the plan file of a release', () => {
  it('starts from the changes, is checked, and is saved with the version', async () => {
    const sent = serve({
      ...planner,
      'POST /releases/REL-17/plan/check': { text: '', flaws: [] },
      'PUT /releases/REL-17/plan': written,
    });
    const { user } = show('/releases/REL-17/plan');
    await user.click(await screen.findByRole('button', { name: 'Start a plan from the changes' }));
    const text = screen.getByRole('textbox', { name: 'Plan of REL-17' });
    expect(text).toHaveValue(exampleOf(release));
    await user.click(screen.getByRole('button', { name: 'Save the plan' }));
    await waitFor(() => expect(writes(sent).map(({ method }) => method)).toEqual(['POST', 'PUT']));
    expect(writes(sent)[1]?.body).toEqual({ text: exampleOf(release) });
    expect(writes(sent)[1]?.headers.get('If-Match')).toBe('"7"');
  });

  it('sends nothing with a flaw in it, and leads to its place', async () => {
    const kept = { text: '[[step]]\nkey = "a"\nchange = "CHG-9"\n', flaws: [] };
    const sent = serve({
      ...planner,
      'GET /releases/REL-17/plan': kept,
      'POST /releases/REL-17/plan/check': ({ body }: Sent) => ({
        text: (body as { text: string }).text,
        flaws: [flaw],
      }),
    });
    const { user } = show('/releases/REL-17/plan');
    await user.click(await screen.findByRole('button', { name: 'Save the plan' }));
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('CHG-9 is not a change of this release.');
    expect(writes(sent).map(({ method }) => method)).toEqual(['POST']);
    await user.click(within(alert).getByRole('button', { name: 'Line 3, column 8:' }));
    const text = screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Plan of REL-17' });
    expect(text).toHaveFocus();
    expect(text.value.slice(text.selectionStart, text.selectionEnd)).toBe('= "CHG-9"');
  });

  it('draws the order while it is written', () => {
    const text = [
      '[[step]]',
      'key = "a"',
      'kind = "http"',
      '[[step]] # the last',
      "key = 'b'",
      'needs = [',
      '  "a", "x",',
      ']',
      'change = "CHG-1"',
      'undo = { how = "point_of_no_return", reason = "gone" }',
      '[[step]]',
      '# it has no key yet',
    ].join('\n');
    expect(drawn(text)).toEqual([
      { key: 'a', kind: 'http', change: undefined, needs: [], noReturn: false },
      { key: 'b', kind: '', change: 'CHG-1', needs: ['a', 'x'], noReturn: true },
    ]);
    expect(drawn(exampleOf(release)).map((step) => [step.key, step.needs])).toEqual([
      ['chg-41', []],
      ['chg-42', ['chg-41']],
      ['chg-43', ['chg-42']],
      ['watch', ['chg-43']],
    ]);
  });
});

it('leads from the release to the run that carries it out, and reports nothing by hand', async () => {
  serve({ 'GET /deployments/REL-18': carriedBy() });
  show('/releases/REL-18/run');
  expect(await screen.findByRole('link', { name: 'Open the run' })).toHaveAttribute(
    'href',
    '/deployments/REL-18',
  );
  expect(screen.getByRole('link', { name: 'The way back, large' })).toHaveAttribute(
    'href',
    '/deployments/REL-18/back',
  );
  expect(screen.queryByRole('button', { name: 'Done' })).not.toBeInTheDocument();
});
