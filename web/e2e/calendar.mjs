// A release manager sets peak hours by a rule, and sees what a blackout would hit before it is saved.
import assert from 'node:assert/strict';
import { signIn } from './browser.mjs';

export async function a_rule_is_built_and_a_draft_blackout_tells_whom_it_hits(browser, url) {
  const page = await browser.newPage({
    baseURL: url,
    reducedMotion: 'reduce',
    viewport: { width: 1440, height: 1000 },
  });
  await signIn(page, 'lena');
  await page.goto('/settings/peaks', { waitUntil: 'networkidle' });
  await page.getByRole('button', { name: 'New peak hours' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Last Friday');
  await dialog.getByLabel('Start', { exact: true }).fill('2027-01-29T09:00');
  await dialog.getByLabel('End', { exact: true }).first().fill('2027-01-29T18:00');
  await dialog.getByRole('combobox', { name: 'Repeats' }).click();
  await page.getByRole('option', { name: 'Every month on a weekday' }).click();
  assert.equal(
    await dialog.getByLabel('Rule', { exact: true }).inputValue(),
    'FREQ=MONTHLY;BYDAY=-1FR',
  );
  await dialog.getByLabel('Services').fill('Payments');
  await page.getByRole('option', { name: 'Payments' }).first().click();
  await dialog.getByText('Fri 26 Mar 2027').waitFor();
  await dialog.getByRole('button', { name: 'Add the peak hours' }).click();
  await page.getByText('Every month on the last Fri').waitFor();

  await page.goto('/settings/blackouts', { waitUntil: 'networkidle' });
  await page.getByRole('button', { name: 'New blackout' }).click();
  const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  await dialog.getByLabel('Start', { exact: true }).fill(`${day(1)}T00:00`);
  await dialog
    .getByLabel('End', { exact: true })
    .first()
    .fill(`${day(21)}T00:00`);
  const preview = dialog.getByRole('region', { name: 'What this would mean' });
  await preview.getByText(/It hits \d+ records/).waitFor();
  assert.ok((await preview.getByRole('link').count()) > 0);
  await page.close();
}
