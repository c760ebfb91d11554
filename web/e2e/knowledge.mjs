// Notes of a release are written from its record by one person, approved by another, published, and
// found by their words; an incident names the change that was made just before it.
import assert from 'node:assert/strict';
import { Person, until } from './people.mjs';

export async function release_notes_are_approved_by_another_and_found(browser, url) {
  const lena = await Person.enter(browser, url, 'lena');
  const bram = await Person.enter(browser, url, 'bram');
  const title = 'Parcels by bicycle';
  const change = await lena.done('POST', '/changes', {
    title: 'Bicycles as vehicles',
    type: 'normal',
    environment: 'test',
    reason: 'Couriers ride them in the old town.',
    customer_impact: 'degraded',
  });
  const { number } = await lena.done('POST', '/releases', {
    title,
    type: 'minor',
    environment: 'test',
  });
  await lena.done('PUT', `/releases/${number}/changes/${change.number}`, {});

  const { page } = lena;
  await page.goto(`/releases/${number}`, { waitUntil: 'networkidle' });
  await page.getByRole('button', { name: 'Write for customers' }).click();
  await page.waitForURL(/\/knowledge\/KB-\d+/);
  const article = page.url().split('/').pop();
  await page.getByRole('heading', { name: `What is new: ${title}` }).waitFor();
  await page.getByText('Couriers ride them in the old town.').waitFor();
  await lena.press('More actions');
  const refused = await page.getByRole('menuitem', { name: /^Approve/ }).textContent();
  assert.match(refused, /nobody approves what they wrote in/i);
  await page.keyboard.press('Escape');

  await bram.page.goto(`/knowledge/${article}`, { waitUntil: 'networkidle' });
  await bram.page.getByRole('button', { name: 'Approve' }).click();
  await bram.page.getByRole('button', { name: 'Publish' }).click();
  await bram.page.getByText('Version 1').first().waitFor();

  // The words are taken up moments after the write.
  const found = async () => {
    const { items } = await lena.get('/search?q=bicycle&kind=article');
    return items.some((item) => item.number === article);
  };
  await until(found, 'it is found by its words');
  await foundByKeys(page, 'bicycle', article);
  await page.goto('/search?q=bicycle&kind=article', { waitUntil: 'networkidle' });
  await page.getByRole('link', { name: new RegExp(article) }).click();
  await page.waitForURL(new RegExp(`/knowledge/${article}`));
  await page.getByRole('link', { name: 'What differs' }).click();
  await page.getByText('Nothing differs.').waitFor();
}

/** Search and commands, without a mouse: opened by its key, typed in, taken by Enter. */
async function foundByKeys(page, words, article) {
  await page.goto('/', { waitUntil: 'networkidle' });
  await page.keyboard.press('/');
  const field = page.getByRole('combobox', { name: 'Search and commands' });
  await field.waitFor();
  await page.keyboard.type(words);
  await page.getByRole('option', { name: new RegExp(article) }).waitFor();
  // The records that were found come first; the arrows go on to the one that is meant.
  for (let tried = 0; tried < 10; tried += 1) {
    const chosen = await page.getByRole('option', { selected: true }).textContent();
    if (chosen.includes(article)) break;
    await page.keyboard.press('ArrowDown');
  }
  await page.keyboard.press('Enter');
  await page.waitForURL(new RegExp(`/knowledge/${article}$`));
  await field.waitFor({ state: 'detached' });
}

export async function what_was_changed_lately_is_named_as_the_cause_in_one_click(browser, url) {
  const lena = await Person.enter(browser, url, 'lena');
  const { items } = await lena.get('/incidents?limit=50');
  let near;
  for (const { number } of items) {
    const answer = await lena.get(`/incidents/${number}/near?hours=336`);
    near = answer.items.find(({ causality }) => causality === 'inferred') && { number, answer };
    if (near) break;
  }
  assert.ok(near, 'an incident of the demonstration has a change shortly before it');
  const { page } = lena;
  await page.goto(`/incidents/${near.number}`, { waitUntil: 'networkidle' });
  const section = page.getByRole('region', { name: 'Changed lately near here' });
  await section.getByLabel('How far back').click();
  await page.getByRole('option', { name: '14 days before' }).click();
  await section.getByRole('button', { name: 'Name as the cause' }).first().click();
  await section.getByText('linked by somebody').waitFor();
  const incident = await lena.get(`/incidents/${near.number}`);
  assert.ok(incident.caused_by);
}
