// A calendar feed is made in the page, its address is shown once and read by a program that knows
// nothing else, and it is dead when the feed is revoked.
import assert from 'node:assert/strict';
import { Person, until, window } from './people.mjs';

export async function a_feed_is_made_read_and_revoked(browser, url) {
  const lena = await Person.enter(browser, url, 'lena');
  const { page } = lena;
  const fields = { title: 'On the phone', type: 'normal', environment: 'test' };
  const { number } = await lena.done('POST', '/changes', { ...fields, window: window(400, 401) });
  await lena.open('/settings/feeds');
  await lena.press('New feed');
  let dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name in the programs that read it').fill('Phone of Lena');
  await lena.choose(dialog, 'Kind', 'Changes');
  await dialog.getByRole('button', { name: 'Make the feed' }).click();
  dialog = page.getByRole('dialog').filter({ hasText: 'Copy the address now' });
  const address = await dialog.locator('code').textContent();
  assert.ok(address.startsWith(url), address);
  await page.keyboard.press('Escape');
  await dialog.getByRole('button', { name: 'Copy', exact: true }).waitFor();
  await dialog.getByRole('button').last().click();
  await dialog.waitFor({ state: 'hidden' });
  const row = page.getByRole('row').filter({ hasText: 'Phone of Lena' });
  await row.getByText('Changes', { exact: true }).waitFor();
  assert.ok(!(await page.content()).includes(new URL(address).pathname), 'it is shown once');

  const read = await fetch(address);
  assert.match(read.headers.get('content-type'), /text\/calendar/);
  const text = (await read.text()).replaceAll('\r\n ', '');
  assert.ok(text.includes(`${number} `) && text.includes('On the phone'), text.slice(0, 2_000));
  assert.ok(!text.includes('REL-'), 'it shows changes');

  await page.getByRole('button', { name: 'Revoke Phone of Lena' }).click();
  await lena.answer('Revoke');
  await row.waitFor({ state: 'hidden' });
  await until(async () => (await fetch(address)).status === 404, 'its address is dead');
  await lena.done('POST', `/changes/${number}/cancel`, { reason: 'It was a story.' });
  await lena.leave();
}
