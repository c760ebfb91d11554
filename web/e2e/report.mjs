// Figures in the browser: from a chart to a record and back by the address, by pointer and by
// keyboard, and the one press by which someone says how a release was.
import assert from 'node:assert/strict';
import { approvedChange, Person, testCis, until, window } from './people.mjs';

export async function a_chart_leads_to_a_record_and_back_by_the_address(browser, url) {
  const lena = await Person.enter(browser, url, 'lena');
  const { page } = lena;
  await lena.open('/reports');
  const card = page.getByRole('article', { name: 'Change failure rate' });
  await card.getByRole('button', { name: 'Definition' }).click();
  await card.getByText('DORA, dora.dev').waitFor();
  await card.getByRole('link', { name: 'Change failure rate' }).click();
  await page.waitForURL('**/reports/change_failure_rate**');
  const chart = page.getByRole('img', { name: /^Change failure rate from/ });
  await chart.locator('svg').waitFor();
  const table = page.getByRole('table', { name: 'The same as a table' });
  const { items } = await lena.get('/reports/change_failure_rate');
  const at = items[0].history.findIndex((point) => point.value.counted > 0);
  assert.ok(at >= 0, 'the demonstration has a deployment that failed');
  const steps = table.getByRole('button');
  const named = await steps.nth(at).innerText();
  await steps.nth(at).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/step=/);
  await page.getByRole('button', { name: `Of ${named} only` }).waitFor();
  const chosen = page.url();
  const first = page.getByRole('table', { name: 'Records behind the figure' }).getByRole('link');
  await first.first().click();
  await page.waitForURL(/\/releases\/REL-/);
  await page.goBack();
  assert.equal(page.url(), chosen);
  await page.getByRole('button', { name: `Of ${named} only` }).click();
  await page.waitForURL((address) => !address.search.includes('step='));
  // A press on a point of the picture does the same.
  await chart.click({ position: await pointOf(chart, items[0].history.length, at) });
  await page.waitForURL((address) => address.href === chosen);
  await lena.leave();
}

/** About where a point of a chart lies: its step across, the middle of the picture down. */
async function pointOf(chart, count, at) {
  const box = await chart.boundingBox();
  const across = 64 + ((box.width - 80) * (at + 0.5)) / count;
  return { x: across, y: box.height / 2 };
}

/** A release that is deployed and verified, with a change that milo asked for. */
async function verified({ lena, bram, milo, grace }) {
  const [ci] = await testCis(grace, 'survey-story', 1);
  const change = await approvedChange(milo, grace, 'Labels print faster', ci);
  const fields = {
    title: 'Faster labels',
    type: 'minor',
    owner: 'lena',
    environment: 'test',
    window: window(-0.1, 2),
  };
  const { number } = await lena.done('POST', '/releases', fields);
  const path = `/releases/${number}`;
  await lena.done('PUT', `${path}/changes/${change}`);
  await lena.done('POST', `${path}/submit`, {});
  assert.equal((await bram.vote(path, 'approve')).status, 200);
  await lena.done('POST', `${path}/schedule`, {});
  await milo.done('POST', `${path}/deploy`, {});
  await milo.done('POST', `${path}/deployment/steps/${change}`, { result: 'done' });
  await milo.done('POST', `${path}/verify`, {});
  await milo.done('POST', `${path}/verify`, { passed: true });
  return number;
}

export async function a_release_is_answered_in_one_press(browser, url) {
  const people = {};
  for (const login of ['lena', 'bram', 'milo', 'grace']) {
    people[login] = await Person.enter(browser, url, login);
  }
  const { milo } = people;
  const release = await verified(people);
  const isAsked = async () => {
    const { items } = await milo.get('/surveys');
    return items.some((row) => row.release.number === release);
  };
  await until(isAsked, 'who asked for a change is asked how it was');
  await milo.open('/');
  const asked = milo.page.getByRole('group', { name: `How content are you with ${release}?` });
  await asked.getByLabel('In a few words, if you like').fill('Faster than before');
  await asked.getByRole('button', { name: '4 of 5' }).click();
  await asked.waitFor({ state: 'detached' });
  const survey = await milo.get(`/releases/${release}/survey`);
  assert.deepEqual(survey.mine, { score: 4, words: 'Faster than before' });
  await milo.open(`/releases/${release}/review`);
  await milo.page.getByText('You answered 4 of 5').waitFor();
  for (const person of Object.values(people)) await person.leave();
}
