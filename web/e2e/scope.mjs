// A release whose scope says what is left out and is frozen, and that a blackout stops: its readiness says so, an
// exception is asked for in the page by one person and granted by another.
import assert from 'node:assert/strict';
import { Person, testCis, until } from './people.mjs';

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

export async function a_change_is_dropped_and_a_release_moved_out_of_its_readiness(browser, url) {
  const lena = await Person.enter(browser, url, 'lena');
  const grace = await Person.enter(browser, url, 'grace');
  const { page } = lena;
  const [ci] = await testCis(grace, 'readiness-story', 1);
  const day = Date.now() + 230 * DAY;
  const at = (hours) => new Date(day + hours * 3_600_000).toISOString();
  const change = { title: 'Not judged yet', type: 'normal', cis: [ci], environment: 'test' };
  const { number: draft } = await lena.done('POST', '/changes', change);
  const { number } = await lena.done('POST', '/releases', {
    title: 'Ways out',
    type: 'minor',
    owner: 'lena',
    environment: 'test',
    window: { start: at(0), end: at(2), zone: 'Europe/Amsterdam' },
  });
  const path = `/releases/${number}`;
  await lena.done('PUT', `${path}/changes/${draft}`);
  const closed = { start: at(-1), end: at(3), zone: 'Europe/Amsterdam' };
  const { id } = await lena.done('POST', '/blackouts', {
    name: 'Stock is counted',
    reason: 'once a year',
    environment: 'test',
    window: closed,
  });
  try {
    const take = async (button, submit) => {
      await lena.open(`${path}/readiness`);
      const way = page.getByRole('listitem').filter({ has: page.getByRole('button', button) });
      const effect = await way.last().textContent();
      await page.getByRole('button', button).first().click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText(/would be at stop/).waitFor();
      await lena.answer(submit);
      return effect;
    };
    const dropped = await take({ name: `Drop ${draft}` }, 'Drop');
    assert.match(dropped, /would be at stop · .*no vote is lost/);
    await until(async () => (await lena.get(path)).changes.length === 0, 'it is detached');
    assert.equal((await lena.get(`/changes/${draft}`)).release ?? null, null);

    const before = (await lena.get(path)).window;
    const moved = await take({ name: 'Move the release' }, 'Move the release');
    assert.match(moved, /no vote is lost/);
    await until(async () => (await lena.get(path)).window.start !== before.start, 'it is moved');
    const after = (await lena.get(path)).window;
    const outside =
      Date.parse(after.end) <= Date.parse(closed.start) ||
      Date.parse(after.start) >= Date.parse(closed.end);
    assert.ok(outside, `${JSON.stringify(after)} is outside of the blackout`);
  } finally {
    await lena.done('DELETE', `/blackouts/${id}`);
  }
  for (const person of [lena, grace]) await person.leave();
}
