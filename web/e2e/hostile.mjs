// Texts that have broken other programs (the Big List of Naughty Strings) are typed in and served:
// each is shown as the text it is, and no page that shows it runs a script, opens a dialog or a
// window, complains on the console, or asks anything of another host.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { approvedChange, Person, testCis, until, window as soon } from './people.mjs';

const HOUR = 3_600_000;
const TITLE_MAX = 200;
/** How many of them are the titles of changes of their own, and how many of those are opened. */
const [TITLES, OPENED] = [40, 8];
/** How many remarks are sent at once. */
const AT_ONCE = 8;

const CODE = /<|javascript:|onerror|onload|\{\{|\$\{|alert\(/i;

/** The strings, those that look like code first; nothing where their folder is not. */
async function strings() {
  const folder = process.env.INTERLOCK_DATA ?? '../../shared/data';
  const file = join(folder, 'hostile/blns.json');
  if (!existsSync(file)) {
    assert.notEqual(process.env.CI, 'true', `${file} is missing; with CI=true nothing is skipped`);
    console.log(`!! SKIPPED without ${file}: name its folder in INTERLOCK_DATA`);
    return undefined;
  }
  const all = JSON.parse(await readFile(file, 'utf8')).filter((text) => text.trim() !== '');
  assert.ok(all.length > 500, 'the list is whole');
  return all.sort((one, other) => CODE.test(other) - CODE.test(one));
}

/** What goes wrong on a page while it is looked at. */
async function watched(page, url) {
  const wrongs = [];
  page.on('dialog', (dialog) => {
    wrongs.push(`a dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => {});
  });
  page.on('popup', () => wrongs.push('a window'));
  page.on('pageerror', (error) => wrongs.push(`an error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') wrongs.push(`on the console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const to = new URL(request.url());
    const isOwn = to.origin === new URL(url).origin || ['data:', 'blob:'].includes(to.protocol);
    if (!isOwn) wrongs.push(`a request to ${request.url()}`);
  });
  await page.addInitScript(() => {
    for (const name of ['alert', 'confirm', 'prompt', 'open']) {
      globalThis[name] = () => console.error(`${name} was called`);
    }
  });
  return wrongs;
}

function texts(page, selector) {
  return page.locator(selector).evaluateAll((all) => all.map((each) => each.textContent));
}

/** The heading of a record is its number and its title, to the byte. */
async function isCalled(person, path, number, title) {
  await person.page.goto(path);
  const heading = person.page.getByRole('heading', { level: 1 }).filter({ hasText: number });
  await heading.waitFor();
  const told = await heading.evaluate((each) => each.textContent);
  assert.ok(told.startsWith(`${number} ${title}`), `${told} begins with ${title}`);
}

/** A change whose title and texts are typed into the form. */
async function typed(lena, titles, text) {
  const { page } = lena;
  await page.goto('/changes/new');
  await page.getByLabel(/^Title/).fill(titles[0]);
  await lena.choose(page, /^Type/, 'Normal');
  await page.getByLabel('Description').fill(text);
  await page.getByLabel('Backout plan').fill(titles[1]);
  await page.locator('main button[type=submit]').click();
  await page.waitForURL(/\/changes\/CHG-/);
  const number = /CHG-\d+/.exec(page.url())[0];
  const kept = await lena.get(`/changes/${number}`);
  assert.deepEqual([kept.title, kept.description, kept.backout_plan], [titles[0], text, titles[1]]);
  await isCalled(lena, `/changes/${number}`, number, titles[0]);
  assert.ok((await texts(page, 'main p')).includes(text), 'the description is shown whole');
  await page.goto(`/changes/${number}/plans`);
  await page.getByRole('heading', { name: 'Backout plan' }).waitFor();
  assert.ok((await texts(page, 'main p')).includes(titles[1]), 'so is the plan');
  return number;
}

/** Each string as a remark: one is typed, all are shown. */
async function remarked(lena, number, all) {
  const { page } = lena;
  for (let at = 1; at < all.length; at += AT_ONCE) {
    const some = all.slice(at, at + AT_ONCE);
    const send = (text) => lena.done('POST', `/changes/${number}/comments`, { text });
    await Promise.all(some.map(send));
  }
  await page.goto(`/changes/${number}/discussion`);
  await page.getByLabel('New comment').fill(all[0]);
  await lena.press('Add comment');
  const items = 'section[aria-label=Comments] ol > li > p:last-child';
  await until(async () => (await page.locator(items).count()) === all.length, 'all are there');
  assert.deepEqual((await texts(page, items)).sort(), [...all].sort());
}

/** Two changes and a release that all collide, on a CI of such a name, and are told apart. */
async function collided({ lena, bram, grace }, titles, window) {
  const ci = titles[5];
  await grace.done('POST', '/cis', { name: ci });
  const change = { type: 'normal', cis: [ci], window };
  const one = await lena.done('POST', '/changes', { ...change, title: titles[6] });
  await lena.done('POST', '/changes', { ...change, title: titles[7] });
  const { number } = await lena.done('POST', '/releases', {
    title: titles[8],
    type: 'minor',
    owner: 'lena',
    objectives: titles.slice(0, 5),
    tags: [titles[9].slice(0, 40).trim()],
    window,
  });
  await lena.done('PUT', `/releases/${number}/changes/${one.number}`);
  await isCalled(bram, `/releases/${number}`, number, titles[8]);
  const goals = await texts(bram.page, 'section[aria-label=Goals] li');
  assert.deepEqual(goals, titles.slice(0, 5));

  await bram.page.goto(`/releases/${number}/conflicts`);
  const accept = bram.page.getByRole('button', { name: `Accept the conflict with ${titles[7]}` });
  await accept.first().click();
  await bram.answer('Accept', (dialog) => dialog.getByRole('textbox').first().fill(titles[1]));
  await until(async () => {
    const shown = await texts(bram.page, 'main li p');
    return shown.some((text) => text.includes(`“${titles[1]}”`));
  }, 'the reason is shown');
  const paths = await texts(bram.page, 'main li li span span');
  assert.ok(paths.includes(ci), 'the CI is named');
  return number;
}

/** A release of such names is told to a group of such a name: the preview, the mail as it is read
 * and what is told show the texts as they are. */
async function told({ lena, bram, milo, grace }, titles) {
  const [service, group, changed, title, impact, contact] = titles.slice(10, 16);
  await grace.done('POST', '/services', { name: service });
  const [ci] = await testCis(grace, 'hostile-story', 1);
  await grace.done('PATCH', `/cis/${ci}`, { service });
  const reached = { name: group, audience: 'customers', services: [service], people: ['lena'] };
  await lena.done('POST', '/user-groups', reached);
  const change = await approvedChange(milo, grace, changed, ci);
  const fields = { title, type: 'minor', owner: 'lena', environment: 'test', window: soon(5, 6) };
  const { number } = await lena.done('POST', '/releases', fields);
  const path = `/releases/${number}`;
  await lena.done('PUT', `${path}/changes/${change}`);
  await lena.done('PATCH', `${path}/communication`, { impact, contact });
  const { page } = lena;
  await lena.open(`${path}/notices`);
  const preview = page.getByRole('region', { name: 'How it reads' });
  const holds = async (locator, text) => (await locator.textContent()).includes(text);
  await until(() => holds(preview, impact), 'the preview says what users will notice');
  await preview.getByText('Mail', { exact: true }).click();
  const mail = page.frameLocator('iframe[title="The mail as it is read"]').locator('body');
  for (const text of [impact, contact]) {
    await until(() => holds(mail, text), `the mail says ${text}`);
  }

  await lena.done('POST', `${path}/submit`, {});
  assert.equal((await bram.vote(path, 'approve')).status, 200);
  await lena.done('POST', `${path}/schedule`, {});
  await lena.open('/inbox');
  await until(() => holds(page.locator('main'), impact), 'it stands among the notices');
}

/** An article of all of them, shown with its marks as text. */
async function written(lena, titles, all) {
  const [title] = titles.slice(16);
  const article = { kind: 'guide', audience: 'internal', title, body: all.join('\n\n') };
  const { number } = await lena.done('POST', '/knowledge', article);
  await isCalled(lena, `/knowledge/${number}`, number, title);
}

export async function hostile_texts_are_shown_and_run_nowhere(browser, url) {
  const all = await strings();
  if (!all) return;
  // A name loses the blanks around it, and a field of one line its other lines.
  const isTitle = (text) => text === text.trim() && [...text].length <= TITLE_MAX;
  const titles = all.filter(isTitle).slice(0, TITLES);
  const people = {};
  for (const login of ['lena', 'bram', 'milo', 'grace']) {
    people[login] = await Person.enter(browser, url, login);
  }
  const { lena, bram, grace } = people;
  const wrongs = await watched(lena.page, url);
  const others = await watched(bram.page, url);

  const number = await typed(lena, titles, all.join(' | ').trim());
  await remarked(lena, number, all);
  const day = Date.now() + 210 * 24 * HOUR;
  const at = (hours) => new Date(day + hours * HOUR).toISOString();
  const window = { start: at(0), end: at(1), zone: 'UTC' };
  const release = await collided({ lena, bram, grace }, titles, window);
  await told(people, titles);
  assert.deepEqual(wrongs, [], 'on the pages of notices');
  await written(lena, titles, all);
  assert.deepEqual(wrongs, [], 'on the page of an article');
  await lena.page.goto(`/api/v1/releases/${release}/evidence?format=html`);
  const evidence = await lena.page.locator('body').textContent();
  assert.ok(evidence.includes(titles[8]), 'the evidence names the release');
  const made = [];
  for (const [index, title] of titles.entries()) {
    const window = { start: at(2 + index), end: at(3 + index), zone: 'UTC' };
    made.push(
      await lena.done('POST', '/changes', { title, type: 'normal', reason: title, window }),
    );
  }
  for (const [index, { number }] of made.slice(0, OPENED).entries()) {
    await isCalled(lena, `/changes/${number}`, number, titles[index]);
    assert.deepEqual(wrongs, [], titles[index]);
  }
  // A list, whose newest rows are in sight.
  await lena.page.goto('/changes?sort=-updated_at');
  await lena.page.getByRole('row', { name: made.at(-1).number }).waitFor();
  const rows = await texts(lena.page, 'tbody a');
  for (const [index, { number }] of [...made.entries()].slice(-10)) {
    assert.ok(rows.includes(`${number} ${titles[index]}`), `${number} in ${rows}`);
  }

  const query = encodeURIComponent(titles[0]);
  const date = at(2).slice(0, 10);
  const pages = [
    `/changes/${number}/history`,
    `/changes?q=${query}`,
    `/search?q=${query}`,
    ...['month', 'week', 'timeline', 'list'].map((view) => `/calendar?view=${view}&date=${date}`),
    ...['scope', 'plan', 'readiness', 'history'].map((tab) => `/releases/${release}/${tab}`),
    '/releases',
    '/releases/board',
    '/cis',
    '/audit',
    '/',
  ];
  for (const path of pages) {
    await lena.open(path);
    assert.deepEqual(wrongs, [], `on ${path}`);
  }
  assert.deepEqual(others, [], 'on the pages of the release');
  for (const person of Object.values(people)) await person.leave();
}
