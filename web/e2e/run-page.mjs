// A release that carries itself out, by what people do on the pages: its plan is written and mended,
// the run asks for a step by hand, waits, and is taken back on a phone whose line is cut.
import assert from 'node:assert/strict';
import { examine, signIn } from './browser.mjs';
import { approvedChange, Person, testCis, until, window } from './people.mjs';

const PHONE = { width: 390, height: 844 };

function plan(change) {
  return `[[step]]
key = "install"
change = "${change}"
kind = "manual"
text = "Install the package on the first host."
minutes = 5

[step.undo]
text = "Install the former package."
minutes = 4

[[step]]
key = "settle"
needs = ["install"]
kind = "wait"
seconds = 600
minutes = 10
`;
}

/** A release with one change and a window that is open, not submitted yet. */
async function made(lena, change) {
  const fields = {
    title: 'Carried out by itself',
    type: 'minor',
    environment: 'test',
    owner: 'lena',
    window: window(-0.2, 2),
  };
  const { number } = await lena.done('POST', '/releases', fields);
  await lena.done('PUT', `/releases/${number}/changes/${change}`, {});
  return number;
}

/** A flaw is told with its place and leads there; mended, the plan is kept and drawn. */
async function planned(lena, number, change) {
  const { page } = lena;
  await lena.open(`/releases/${number}/plan`);
  await lena.press('Start a plan from the changes');
  const text = page.getByRole('textbox', { name: `Plan of ${number}` });
  assert.match(await text.inputValue(), new RegExp(`change = "${change}"`));
  await text.fill(plan(change).replace('"install"]', '"instal"]'));
  await lena.press('Save the plan');
  await page.getByRole('button', { name: /^Line \d+, column \d+/ }).click();
  const marked = await text.evaluate((field) =>
    field.value.slice(field.selectionStart, field.selectionEnd),
  );
  assert.match(marked, /instal/);
  await text.fill(plan(change));
  await lena.press('Save the plan');
  await page.getByText('Plan saved').waitFor();
  assert.equal((await lena.get(`/releases/${number}/plan`)).text, plan(change));
  await page.getByRole('group', { name: 'The order that it makes' }).getByText('settle').waitFor();
}

/** The way back was rehearsed, and updates are to be given. */
async function prepared(lena) {
  const { page } = lena;
  await page.getByText('The way back was never rehearsed.').waitFor();
  await lena.press('Write a rehearsal down');
  await lena.answer('Write it down', async (dialog) => {
    await dialog.getByRole('textbox', { name: 'Minutes that it took' }).fill('12');
    await dialog.getByRole('checkbox', { name: /Data migrated/ }).check();
  });
  await page.getByText('The way back was rehearsed today.').waitFor();
  await lena.press('Set the status updates');
  await lena.answer('Save', async (dialog) => {
    await dialog.getByRole('textbox', { name: /Where they stand/ }).fill('#releases');
    await dialog.getByRole('textbox', { name: 'For whom' }).fill('Support');
  });
  await page.getByText('Every 30 min at #releases, for Support.').waitFor();
}

async function begun(lena, bram, number) {
  const path = `/releases/${number}`;
  await lena.done('POST', `${path}/submit`, {});
  await bram.vote(path, 'approve');
  await until(async () => (await lena.get(path)).approved, 'the go is given');
  await lena.done('POST', `${path}/schedule`, {});
}

async function carriedOut(milo, number) {
  const { page } = milo;
  await milo.open(`/releases/${number}`);
  await milo.press('Start deployment');
  await milo.answer('Start deployment');
  await page.waitForURL(/\/run$/);
  await page.getByRole('link', { name: 'Open the run' }).click();
  await page.waitForURL(new RegExp(`/deployments/${number}$`));
  const graph = page.getByRole('group', { name: /^Steps in the order/ });
  await graph.getByRole('button', { name: /install.*Under way/ }).waitFor();
  await page.getByText('Install the package on the first host.').first().waitFor();
  await page.getByRole('button', { name: 'Done: install' }).first().click();
  await graph.getByRole('button', { name: /install.*Done/ }).waitFor();
  await graph.getByRole('button', { name: /settle.*Under way/ }).waitFor();
  await page.keyboard.press('p');
  await page.getByText('Paused', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Go on', exact: true }).first().click();
  await page.getByText('Paused', { exact: true }).waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Give this update' }).click();
  await page
    .getByText(new RegExp(`^${number} .*: running, 1 of 1 changes done`))
    .first()
    .waitFor();
  await page.getByText(/^The way back was rehearsed/).waitFor();
}

/** On a phone without a live line: decided, one step taken back, and it is over. */
async function takenBack(browser, url, number) {
  const context = await browser.newContext({
    baseURL: url,
    colorScheme: 'dark',
    reducedMotion: 'reduce',
    viewport: PHONE,
  });
  await context.route('**/api/v1/events*', (route) => route.abort());
  const page = await context.newPage();
  await signIn(page, 'lena');
  await page.goto(`/deployments/${number}/back`);
  await page.getByRole('heading', { level: 1, name: `The way back of ${number}` }).waitFor();
  await page.getByText(/^As of/).waitFor();
  await page.getByText('The way back was rehearsed today.').waitFor();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= PHONE.width, `it is ${wide} wide`);
  await examine(page, 'the way back');
  const back = page.getByRole('button', { name: 'Roll back', exact: true });
  await inSight(back);
  await back.click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/1 step would be taken back/).waitFor();
  await dialog.getByRole('textbox').fill('It does not settle.');
  await dialog.getByRole('button', { name: 'Decide the rollback' }).click();
  await page.getByText('It is being taken back.').waitFor();
  await page.getByText('Install the former package.').first().waitFor();
  // What happens elsewhere is seen without a line, by reading anew.
  await page.getByRole('button', { name: 'Taken back: install' }).click();
  await page.getByText('It is taken back. Nothing is asked of you.').waitFor();
  await context.close();
}

/** Large enough for a thumb, and on the screen without scrolling. */
async function inSight(button) {
  const { y, height } = await button.boundingBox();
  assert.ok(height >= 48, `the button is ${height} high`);
  assert.ok(y >= 0 && y + height <= PHONE.height, `the button is at ${y}`);
}

export async function a_run_is_steered_and_taken_back_on_a_phone_without_a_line(browser, url) {
  const people = {};
  for (const login of ['lena', 'bram', 'milo', 'grace']) {
    people[login] = await Person.enter(browser, url, login);
  }
  const { lena, bram, milo, grace } = people;
  const [ci] = await testCis(grace, 'run-story', 1);
  const change = await approvedChange(milo, grace, 'By itself', ci);
  const number = await made(lena, change);
  await planned(lena, number, change);
  await prepared(lena);
  await begun(lena, bram, number);
  await carriedOut(milo, number);
  await takenBack(browser, url, number);
  await until(async () => (await lena.get(`/releases/${number}`)).phase === 'review', 'it is over');
  for (const person of Object.values(people)) await person.leave();
}

/** The page at night serves a deployment by hand as well, without a line. */
export async function the_way_back_by_hand_is_read_on_a_phone_without_a_line(browser, url) {
  const context = await browser.newContext({ baseURL: url, viewport: PHONE });
  await context.route('**/api/v1/events*', (route) => route.abort());
  const page = await context.newPage();
  await signIn(page, 'lena');
  const list = await context.request.get('/api/v1/deployments?state=running&limit=1');
  const number = (await list.json()).items[0].release.number;
  const told = await (await context.request.get(`/api/v1/deployments/${number}`)).json();
  await page.goto(`/deployments/${number}/back`);
  await page.getByText('It is carried out by hand.').waitFor();
  const items = page.getByRole('region', { name: 'The way back' }).getByRole('listitem');
  const titles = await items.evaluateAll((all) => all.map((item) => item.textContent));
  assert.equal(titles.length, told.rollback_plan.steps.length);
  told.rollback_plan.steps.forEach((step, at) =>
    assert.ok(titles[at].startsWith(step.change.number), titles[at]),
  );
  await inSight(page.getByRole('button', { name: 'Roll back', exact: true }));
  await page.getByText(/ s ago/).waitFor();
  await page.getByRole('button', { name: 'Read it anew' }).click();
  await page.getByText(/just now/).waitFor();
  await context.close();
}
