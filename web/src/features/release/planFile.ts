// A plan file beside its editor: the order that is drawn of it while it is written, and an example
// made of the release. What is right or wrong in it the server says.
import type { Schema } from '@/lib/schema';
import type { Release } from './queries';

type Drawn = Pick<Schema<'RunStep'>, 'key' | 'kind' | 'needs'> & {
  change?: string;
  noReturn: boolean;
};

/** What can be drawn of a file, as far as it is written. */
export function drawn(text: string): Drawn[] {
  const steps: Drawn[] = [];
  for (const block of text.split(/^\s*\[\[\s*step\s*\]\]/m).slice(1)) {
    const [own = '', ...inner] = block.split(/^\s*\[/m);
    const key = word(own, 'key');
    if (!key) continue;
    steps.push({
      key,
      kind: word(own, 'kind') ?? '',
      change: word(own, 'change'),
      needs: words(own, 'needs'),
      noReturn: word([own, ...inner].join('\n'), 'how') === 'point_of_no_return',
    });
  }
  return steps;
}

function word(text: string, field: string): string | undefined {
  return new RegExp(`(?:^|[\\n{,])\\s*${field}\\s*=\\s*["']([^"'\\n]*)["']`).exec(text)?.[1];
}

function words(text: string, field: string): string[] {
  const list = new RegExp(`(?:^|\\n)\\s*${field}\\s*=\\s*\\[([^\\]]*)\\]`).exec(text)?.[1] ?? '';
  return [...list.matchAll(/["']([^"'\n]*)["']/g)].flatMap(([, each]) => each ?? []);
}

/** A plan of the release's own changes: each done by a person, one after the other. */
export function exampleOf(release: Release): string {
  const back = new Map(release.rollback_plan.steps.map((step) => [step.change.id, step]));
  const steps = release.changes.map((change, at) => {
    const before = release.changes[at - 1];
    const undo = back.get(change.id);
    return [
      '[[step]]',
      `key = "${keyOf(change.number)}"`,
      ...(before ? [`needs = ["${keyOf(before.number)}"]`] : []),
      `change = "${change.number}"`,
      'kind = "manual"',
      `text = ${quoted(change.title)}`,
      'minutes = 10',
      '',
      '[step.undo]',
      `text = ${quoted(undo?.plan || `Take back ${change.number}`)}`,
      `minutes = ${undo?.minutes || 10}`,
      '',
    ].join('\n');
  });
  const last = release.changes.at(-1);
  return [
    '# When a step fails, the owner decides; without an answer it is taken back.',
    '[ask]',
    'minutes = 15',
    'default = "rollback"',
    '',
    ...steps,
    '# Watch it for ten minutes before it counts as done.',
    '[[step]]',
    'key = "watch"',
    ...(last ? [`needs = ["${keyOf(last.number)}"]`] : []),
    'kind = "wait"',
    'seconds = 600',
    'minutes = 10',
    '',
  ].join('\n');
}

function keyOf(number: string): string {
  return number.toLowerCase();
}

/** As a string of TOML, whose escapes are those of JSON. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
