// A release whose scope says what is left out and is frozen, and that a blackout stops: its readiness says so, an
// exception is asked for in the page by one person and granted by another.
import assert from 'node:assert/strict';
import { Person } from './people.mjs';

const DAY = 86_400_000;

export async function an_exception_is_asked_for_by_one_and_granted_by_another(browser, url) {
  const lena = await Person.enter(browser, url, 'lena');
  const bram = await Person.enter(browser, url, 'bram');
  const day = Date.now() + 200 * DAY;
  const at = (hours) => new Date(day + hours * 3_600_000).toISOString();
  const window = { start: at(0), end: at(2), zone: 'Europe/Amsterdam' };
  const fields = { title: 'Readiness in the page', type: 'minor', environment: 'test', window };
  const { number } = await lena.done('POST', '/releases', fields);
  const wide = { start: at(-1), end: at(3), zone: 'Europe/Amsterdam' };
  const blackout = { name: 'Books are closed', reason: 'year end', environment: 'test' };
  const { id } = await lena.done('POST', '/blackouts', { ...blackout, window: wide });
  try {
    const { page } = lena;
    await page.goto(`/releases/${number}/scope`, { waitUntil: 'networkidle' });
    const left = page.getByRole('region', { name: 'Left out on purpose' });
    await left.getByRole('button', { name: 'Add' }).click();
    // Without a reason nothing is left out.
    const out = page.getByRole('dialog');
    await out.getByLabel('What it is').fill('Mobile app');
    assert.ok(await out.getByRole('button', { name: 'Save' }).isDisabled());
    await lena.answer('Save', (dialog) =>
      dialog.getByLabel('Why').fill('its store review takes two weeks'),
    );
    await left.getByRole('listitem').filter({ hasText: 'Mobile app' }).waitFor();
    await left.getByText('its store review takes two weeks').waitFor();
    const { excluded } = await lena.get(`/releases/${number}/scope`);
    assert.deepEqual(
      excluded.map(({ what, reason }) => [what, reason]),
      [['Mobile app', 'its store review takes two weeks']],
    );

    await page.getByRole('button', { name: 'Freeze the scope' }).click();
    await page.getByLabel('Reason').fill('the rehearsal begins');
    await page.getByRole('dialog').getByRole('button', { name: 'Freeze the scope' }).click();
    await page.getByText('the rehearsal begins').waitFor();

    await page.goto(`/releases/${number}/readiness`, { waitUntil: 'networkidle' });
    await page.getByText('Books are closed').first().waitFor();
    await page.getByRole('button', { name: 'Ask for an exception' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Why it is needed').fill('the supplier leaves on Friday');
    await dialog.getByLabel(/Ends at/).fill(at(8).slice(0, 16));
    await dialog.getByRole('button', { name: 'Ask for an exception' }).click();
    await dialog.waitFor({ state: 'hidden' });

    await bram.page.goto('/exceptions', { waitUntil: 'networkidle' });
    const row = bram.page.getByRole('listitem').filter({ hasText: number });
    await row.getByRole('button', { name: 'Grant' }).click();
    await bram.page.getByRole('dialog').getByRole('button', { name: 'Grant' }).click();
    await row.getByText('Granted', { exact: true }).waitFor();

    await page.goto(`/releases/${number}/conflicts`, { waitUntil: 'networkidle' });
    await page.getByText('Passes all the same under').waitFor();
  } finally {
    await lena.done('DELETE', `/blackouts/${id}`);
  }
}
