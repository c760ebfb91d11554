// A release manager sets peak hours by a rule, and sees what a blackout would hit before it is saved;
// sets a business event and finds it on the calendar, with the meetings of boards, in a region.
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

export async function an_event_a_sprint_and_meetings_stand_on_the_calendar_of_a_region(
  browser,
  url,
) {
  const page = await browser.newPage({
    baseURL: url,
    reducedMotion: 'reduce',
    viewport: { width: 1440, height: 1000 },
  });
  await signIn(page, 'lena');
  await page.goto('/settings/business-events', { waitUntil: 'networkidle' });
  await page.getByText('Shop opening on the coast').waitFor();
  await page.getByRole('button', { name: 'New business event' }).click();
  const dialog = page.getByRole('dialog');
  const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  await dialog.getByLabel('Name').fill('Press day');
  await dialog.getByLabel('Start', { exact: true }).fill(`${day(2)}T09:00`);
  await dialog
    .getByLabel('End', { exact: true })
    .first()
    .fill(`${day(2)}T18:00`);
  await dialog.getByLabel('Services').fill('Customs');
  await page.getByRole('option', { name: 'Customs declarations' }).first().click();
  // The list stays open for more.
  await page.keyboard.press('Tab');
  await dialog.getByRole('button', { name: 'Add the business event' }).click();
  await page.getByText('Press day').waitFor();

  await page.goto('/calendar', { waitUntil: 'networkidle' });
  const meetings = page.getByRole('group', { name: 'Meetings of boards' });
  await meetings.getByRole('link').first().waitFor();
  const lane = page.getByRole('group', { name: 'Customs declarations', exact: true });
  assert.equal(await lane.getByText('Business event: Press day').count(), 1);
  const portal = page.getByRole('group', { name: 'Customer portal', exact: true });
  assert.ok((await portal.getByTitle('Development sprint: Sprint').count()) > 0);

  const asked = page.waitForRequest((request) => request.url().includes('region=New+York'));
  await page.getByRole('combobox', { name: 'Region' }).click();
  await page.getByRole('option', { name: 'New York' }).click();
  await asked;
  await page.waitForURL(/region=/);
  await meetings.getByRole('link').first().waitFor();
  const first = meetings.getByRole('link').first();
  const title = await first.textContent();
  await first.click();
  await page
    .getByRole('heading', { name: title.split(' ')[0] })
    .first()
    .waitFor();
  await page.close();
}
