// The evidence of a release is taken from its page and checked on the audit page; a pack in which
// one word was altered is told apart, with the event that is wrong.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { Person } from './people.mjs';

export async function a_pack_is_taken_and_checked_in_the_page(browser, url) {
  const lena = await Person.enter(browser, url, 'lena');
  const { page } = lena;
  const [release] = (await lena.get('/releases?phase=closed&limit=1')).items;
  const { number } = release;
  await lena.open(`/releases/${number}/history`);
  const taking = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Evidence with proofs' }).click();
  const download = await taking;
  assert.equal(download.suggestedFilename(), `${number}-evidence.json`);
  const pack = await readFile(await download.path(), 'utf8');

  // From the record to its part of the log, and back.
  await page.getByRole('link', { name: 'In the log' }).click();
  await page.waitForURL(`**/audit?subject=${number}`);
  await page.getByRole('link', { name: `Open ${number}` }).click();
  await page.waitForURL(`**/releases/${number}/**`);

  await lena.open('/audit');
  await page.getByText('Key of this log').waitFor();
  const check = async (text) => {
    const file = { name: 'pack.json', mimeType: 'application/json', buffer: Buffer.from(text) };
    await page.locator('input[type=file]').setInputFiles(file);
  };
  await check(pack);
  await page.getByText(`The pack of ${number} is whole`).waitFor();
  const altered = JSON.parse(pack);
  const { event } = altered.events[1];
  event.actor = 'operator:nobody';
  await check(JSON.stringify(altered));
  await page.getByText(`is not whole: event ${event.id} at position ${event.position}`).waitFor();

  await page.getByRole('button', { name: 'Sign a checkpoint now' }).click();
  await page.getByText(/^Signed: \d+ events$/).waitFor();

  // The page for people stands by itself: nothing of it asks for anything else.
  await lena.open(`/releases/${number}/history`);
  const opening = page.context().waitForEvent('page');
  await page.getByRole('link', { name: 'Evidence to read' }).click();
  const shown = await opening;
  await shown.getByRole('heading', { name: /^Evidence of REL-/ }).waitFor();
  await shown.getByRole('heading', { name: /^Approvals \(\d+\)$/ }).waitFor();
  await shown.close();
  await lena.leave();
}
