// A release waits for another one: that is stated in the page, and before the other one is moved,
// the page tells which releases would have to begin later. Saved, the one that waits is told by a
// conflict.
import assert from 'node:assert/strict';
import { approvedChange, Person, testCis, until, wall, window } from './people.mjs';

const HOUR = 3_600_000;

/** A release with its go: one change, approved, and two votes of the emergency board. */
async function approved({ lena, milo, grace, tomas, pieter }, title, ci) {
  const change = await approvedChange(milo, grace, title, ci);
  const fields = { title, type: 'emergency', owner: 'lena', environment: 'test' };
  const { number } = await lena.done('POST', '/releases', { ...fields, window: window(600, 602) });
  const path = `/releases/${number}`;
  await lena.done('PUT', `${path}/changes/${change}`);
  await lena.done('POST', `${path}/submit`, {});
  for (const voter of [tomas, pieter]) {
    assert.equal((await voter.vote(path, 'approve')).status, 200);
  }
  return number;
}

export async function a_slip_is_shown_on_the_followers_before_it_is_saved(browser, url) {
  const people = {};
  for (const login of ['lena', 'milo', 'grace', 'tomas', 'pieter']) {
    people[login] = await Person.enter(browser, url, login);
  }
  const { lena } = people;
  const { page } = lena;
  const [ci] = await testCis(people.grace, 'order-story', 1);
  const first = await approved(people, 'Comes first', ci);
  const follower = { title: 'Comes after', type: 'minor', owner: 'lena', environment: 'test' };
  const { number } = await lena.done('POST', '/releases', {
    ...follower,
    window: window(603, 604),
  });

  await lena.open(`/releases/${number}/scope`);
  await lena.press('Set what it waits for');
  await lena.answer('Save', async (dialog) => {
    await dialog.getByLabel('Waits for').fill(first);
    await page
      .getByRole('option', { name: new RegExp(`${first}\\b`) })
      .first()
      .click();
    // The list stays open for more.
    await page.keyboard.press('Tab');
  });
  await page
    .getByRole('link', { name: new RegExp(`^${first}\\b`) })
    .first()
    .waitFor();
  const { after } = await lena.get(`/releases/${number}/scope`);
  assert.deepEqual(
    after.map((row) => row.release.number),
    [first],
  );
  // The other way round would be a circle.
  const circle = await lena.send('PUT', `/releases/${first}/dependencies`, { after: [number] });
  assert.equal(circle.status, 409, JSON.stringify(circle.body));

  const before = await lena.get(`/releases/${number}`);
  await lena.open(`/releases/${first}`);
  await lena.press('Schedule');
  const dialog = page.getByRole('dialog');
  const zone = await dialog.getByRole('combobox', { name: 'Time zone' }).inputValue();
  const at = (hours) => wall(new Date(Date.now() + hours * HOUR), zone);
  const slips = dialog.getByRole('region', { name: 'What this move does' });
  assert.equal(await slips.count(), 0, 'where it is, nobody waits longer');
  await dialog.getByLabel('End', { exact: true }).first().fill(at(608));
  await dialog.getByLabel('Start', { exact: true }).first().fill(at(606));
  await slips.getByRole('link', { name: new RegExp(`^${number}\\b`) }).waitFor();
  await slips.getByRole('link', { name: first, exact: true }).waitFor();
  const still = await lena.get(`/releases/${number}`);
  assert.deepEqual(still.window, before.window, 'a preview moves nothing');
  const found = () => lena.get(`/conflicts?subject=${number}&state=open`);
  const kinds = async () => (await found()).items.map(({ kind }) => kind);
  assert.deepEqual(await kinds(), []);

  await dialog.locator('form').getByRole('button', { name: 'Schedule', exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });
  await until(async () => (await kinds()).includes('release_order'), 'it is told');
  await lena.sees(`/releases/${number}/conflicts`, 'Comes first');
  for (const release of [number, first]) {
    await lena.done('POST', `/releases/${release}/cancel`, { reason: 'It was a story.' });
  }
  for (const person of Object.values(people)) await person.leave();
}
