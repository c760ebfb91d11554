// The policy in the browser: a flaw is told where it stands, a sound set is tried and put in force,
// and a change explains itself by it.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { signIn } from './browser.mjs';
import { approvedChange, Person, testCis, window } from './people.mjs';

const CAB = "change.tier in ['high', 'very_high']";

export async function a_policy_is_checked_tried_and_put_in_force(browser, url) {
  const context = await browser.newContext({ baseURL: url, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await signIn(page, 'lena');
  await page.goto('/settings/policy');
  await page.getByRole('button', { name: 'changes/normal.toml' }).click();
  const editor = page.getByLabel('Text of changes/normal.toml');
  const before = await editor.inputValue();
  await editor.fill(before.replace(CAB, "change.tire in ['high']"));
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await page.getByText('Did you mean change.tier?').waitFor();
  await editor.fill(before.replace(CAB, "change.tier != 'low'"));
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await page.getByText(/Sound. It differs .* changes\/normal.toml/).waitFor();
  await page.getByRole('button', { name: 'Try on past records' }).click();
  await page.getByText(/would be routed otherwise/).waitFor();
  await page.getByLabel('What is new').fill('The board sees moderate risks too');
  await page.getByRole('button', { name: 'Activate' }).click();
  await page.getByText('version 1 is in force').waitFor();
  const { items } = await (
    await context.request.get('/api/v1/changes?imported=false&limit=1')
  ).json();
  await page.goto(`/changes/${items[0].number}/approvals`);
  await page.getByRole('heading', { name: 'Why this approval' }).waitFor();
  await context.close();
}

/** The states of the type that is made here, and the phases they stand for. */
const STATES = [
  ['drafted', 'planning'],
  ['rehearsed', 'test'],
  ['before the board', 'approval'],
  ['going out', 'deployment'],
  ['watched', 'verification'],
  ['looked back on', 'review'],
  ['done', 'closed'],
];

/** Asked for only where it carries much. */
const BOARD = `
[[approval]]
name = "Board of patches"
when = "release.changes > 5"
groups = [{ name = "Board of patches", roles = ["cab_member"], quorum = "first" }]
`;

/** Carried out: each step leads to the state that stands for its phase. */
async function carriedToItsEnd(lena, people, path, change) {
  const { bram, milo } = people;
  const steps = [
    [lena, 'submit', {}, 'before the board'],
    [lena, 'schedule', {}, 'before the board'],
    [milo, 'deploy', {}, 'going out'],
    [milo, `deployment/steps/${change}`, { result: 'done' }, 'going out'],
    [milo, 'verify', {}, 'watched'],
    [milo, 'verify', { passed: true }, 'looked back on'],
  ];
  for (const [person, verb, body, state] of steps) {
    await person.done('POST', `${path}/${verb}`, body);
    if (verb === 'submit') assert.equal((await bram.vote(path, 'approve')).status, 200);
    assert.equal((await lena.get(path)).state, state, verb);
  }
  const { number } = (await lena.get(path)).review;
  const written = { went_well: 'All of it.', went_wrong: 'Nothing.', complete: true };
  await lena.done('PUT', `/reviews/${number}`, written);
  await lena.done('POST', `${path}/close`, { outcome: 'successful' });
  assert.equal((await lena.get(path)).state, 'done');
  await lena.sees(path, /done/i);
}

export async function a_release_type_of_ones_own_is_made_on_the_page_and_used(browser, url) {
  const lena = await Person.enter(browser, url, 'lena');
  const { page } = lena;
  const { version } = await lena.get('/policy');
  await lena.open('/settings/policy');
  await page.getByLabel('New release type').fill('patchday');
  await lena.press('Add its file');
  const editor = page.getByLabel('Text of releases/patchday.toml');
  const minor = await editor.inputValue();
  const states = STATES.map(([name, phase]) => `  { name = "${name}", phase = "${phase}" },\n`);
  await editor.fill(
    minor
      .replace('name = "minor"', 'name = "patchday"')
      .replace('title = "Minor release"', 'title = "Patch day"')
      .replace(/states = \[[^]*?\n\]/, `states = [\n${states.join('')}]`) + BOARD,
  );
  await lena.press('Check');
  await page.getByText(/Sound. It differs .* releases\/patchday.toml/).waitFor();
  await page.getByLabel('What is new').fill('Patch days have states of their own');
  await lena.press('Activate');
  await page.getByText(`version ${version + 1} is in force`).waitFor();

  await lena.open('/releases/new');
  await page.getByLabel(/^title/i).fill('Patches of the month');
  await lena.choose(page, /^type/i, /patch ?day/i);
  await lena.press('Create release');
  await page.waitForURL(/\/releases\/REL-/);
  const path = `/releases/${/REL-\d+/.exec(page.url())[0]}`;
  const record = await lena.get(path);
  assert.deepEqual([record.type, record.state, record.phase], ['patchday', 'drafted', 'planning']);
  assert.deepEqual(
    record.states.map(({ name, phase }) => [name, phase]),
    STATES,
  );
  await lena.done('POST', `${path}/advance`, {});
  const after = await lena.get(path);
  assert.deepEqual([after.state, after.phase], ['rehearsed', 'test']);
  await lena.sees(path, /rehearsed/i);

  const people = { lena };
  for (const login of ['bram', 'milo', 'grace']) {
    people[login] = await Person.enter(browser, url, login);
  }
  const [ci] = await testCis(people.grace, 'patchday-story', 1);
  const change = await approvedChange(people.milo, people.grace, 'Patch the scanner', ci);
  await lena.done('PATCH', path, { environment: 'test', owner: 'lena', window: window(-0.1, 2) });
  await lena.done('PUT', `${path}/changes/${change}`);
  const told = await sameAsTold(lena, path);
  assert.equal(told.model, 'patchday');
  const condition = told.rules.find(({ expression }) =>
    expression?.includes('release.changes > 5'),
  );
  assert.ok(condition?.facts.length > 0, 'the condition of its board is among the rules');
  await carriedToItsEnd(lena, people, path, change);
  for (const person of Object.values(people)) await person.leave();
}

/** Each rule as the page shows it: its outcome, its expression, its facts and what would turn them. */
function rulesOf(page) {
  return page.locator('li > details').evaluateAll((all) =>
    all.map((rule) => ({
      outcome: rule.querySelector('summary .soft').textContent,
      expression: rule.querySelector('pre')?.textContent,
      facts: [...rule.querySelectorAll('dt')].map((fact) => fact.textContent),
      turns: [...rule.querySelectorAll('dd')].map((turns) => turns.textContent),
      place: rule.querySelector('p:last-child').textContent,
    })),
  );
}

/** The page of a record tells its routing as the interface does; answers what that tells. */
async function sameAsTold(lena, path) {
  const told = await lena.get(`${path}/policy`);
  await lena.open(`${path}/approvals`);
  const policy = told.policy === 0 ? 'built-in policy' : `policy version ${told.policy}`;
  await lena.page.getByText(`model ${told.model}, ${policy}`).waitFor();
  const rules = told.rules.map((rule) => ({
    outcome: rule.outcome,
    expression: rule.expression?.trim(),
    facts: rule.facts.map(({ name, value }) => `${name} is ${value}`),
    turns: rule.facts.map(({ turns }) =>
      turns.length === 0
        ? 'No other value alone would change the outcome.'
        : turns.map(({ value, outcome }) => `with ${value}: ${outcome}`).join('; '),
    ),
    place: rule.file + (rule.line == null ? '' : `, line ${rule.line}`),
  }));
  assert.deepEqual(await rulesOf(lena.page), rules, path);
  if (!told.decided) return told;
  // The stages that were made of it are those that are voted on.
  const [round] = (await lena.get(path)).rounds;
  const stages = told.approval.map((words) => words.split(': ')[0]);
  assert.deepEqual(
    round.stages.map(({ name }) => name),
    stages,
    path,
  );
  for (const name of stages) await lena.page.getByText(name).first().waitFor();
  return told;
}

const INVENTED = new URL('../../crates/server/tests/policy/', import.meta.url);

/** The models whose routes are a table in the tests of the server, told here for one record each. */
export async function the_invented_models_are_told_as_the_interface_tells_them(browser, url) {
  const lena = await Person.enter(browser, url, 'lena');
  const grace = await Person.enter(browser, url, 'grace');
  const before = await lena.get('/policy');
  const files = { ...before.files };
  const paths = ['changes/normal.toml', 'releases/hotfix.toml', 'releases/train.toml'];
  for (const path of paths) files[path] = await readFile(new URL(path, INVENTED), 'utf8');
  await lena.done('PUT', '/policy', { files, note: 'Two types of release more' });
  const [ci] = await testCis(grace, 'invented-models', 1);
  const work = { type: 'normal', title: 'Mend the label', cis: [ci] };
  const change = `/changes/${(await lena.done('POST', '/changes', work)).number}`;
  assert.equal((await sameAsTold(lena, change)).model, 'normal');
  for (const type of ['hotfix', 'train']) {
    const made = await lena.done('POST', '/releases', { type, title: `A ${type}`, owner: 'lena' });
    const path = `/releases/${made.number}`;
    await lena.done('PUT', `${path}/changes/${change.split('/')[2]}`);
    assert.equal((await sameAsTold(lena, path)).model, type);
    await lena.done('DELETE', `${path}/changes/${change.split('/')[2]}`);
    await lena.done('POST', `${path}/cancel`, { reason: 'It was only told of.' });
  }
  await lena.done('PUT', '/policy', { files: before.files, note: 'As it was' });
  for (const person of [lena, grace]) await person.leave();
}

export async function a_page_tells_the_routing_that_the_interface_tells(browser, url) {
  const lena = await Person.enter(browser, url, 'lena');
  const paths = [];
  for (const [kind, query] of [
    ['changes', 'type=normal'],
    ['changes', 'type=emergency'],
    ['releases', 'phase=planning'],
    ['releases', 'phase=approval'],
  ]) {
    const { items } = await lena.get(`/${kind}?${query}&limit=2`);
    paths.push(...items.map(({ number }) => `/${kind}/${number}`));
  }
  assert.ok(paths.length > 4, 'there are records of each kind');
  for (const path of paths) await sameAsTold(lena, path);
  await lena.leave();
}
