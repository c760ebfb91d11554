// Figures in the browser: from a chart to a record and back by the address, by pointer and by
// keyboard, and the one press by which someone says how a release was.
import assert from 'node:assert/strict';
import { Person } from './people.mjs';

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

export async function a_release_is_answered_in_one_press(browser, url) {
  const lena = await Person.enter(browser, url, 'lena');
  const { items } = await lena.get('/surveys');
  await lena.leave();
  if (items.length === 0) return;
  const again = await Person.enter(browser, url, 'lena');
  await again.open('/');
  const release = items[0].release.number;
  const asked = again.page.getByRole('group', { name: `How content are you with ${release}?` });
  await asked.getByLabel('In a few words, if you like').fill('Faster than before');
  await asked.getByRole('button', { name: '4 of 5' }).click();
  await asked.waitFor({ state: 'detached' });
  const survey = await again.get(`/releases/${release}/survey`);
  assert.deepEqual(survey.mine, { score: 4, words: 'Faster than before' });
  await again.open(`/releases/${release}/review`);
  await again.page.getByText('You answered 4 of 5').waitFor();
  await again.leave();
}
