// The window of a release is asked of the team that owns what it touches: a member finds it on Home
// and proposes another one, which is taken with one click.
import assert from 'node:assert/strict';
import { Person, wall, window } from './people.mjs';

export async function a_team_proposes_another_window_and_it_is_taken(browser, url) {
  const lena = await Person.enter(browser, url, 'lena');
  const sanne = await Person.enter(browser, url, 'sanne');
  const { number: change } = await lena.done('POST', '/changes', {
    title: 'Draw labels anew',
    type: 'normal',
    services: ['Label printing'],
    environment: 'test',
  });
  const { number } = await lena.done('POST', '/releases', {
    title: 'Labels',
    type: 'minor',
    owner: 'lena',
    environment: 'test',
    window: window(700, 702),
  });
  await lena.done('PUT', `/releases/${number}/changes/${change}`);

  await lena.open(`/releases/${number}`);
  await lena.press('Ask the teams');
  await lena.answer('Ask the teams', (dialog) =>
    dialog.getByLabel('A word to them').fill('No labels for ten minutes'),
  );
  const of = (person) =>
    person.page.getByRole('region', { name: 'What the teams say of the window' });
  await of(lena).getByText('No labels for ten minutes').waitFor();
  assert.equal(await of(lena).getByRole('button', { name: 'Accept' }).count(), 0);

  await sanne.open('/');
  const waiting = sanne.page.getByRole('region', { name: 'Windows asked of your teams' });
  await waiting.getByRole('link', { name: new RegExp(`${number}\\b`) }).click();
  await of(sanne).getByRole('button', { name: 'Propose another' }).click();
  const later = new Date(Date.now() + 750 * 3_600_000);
  await sanne.answer('Propose another', async (dialog) => {
    const zone = 'Europe/Amsterdam';
    await dialog
      .getByLabel('End', { exact: true })
      .fill(wall(new Date(later.getTime() + 3_600_000), zone));
    await dialog.getByLabel('Start', { exact: true }).fill(wall(later, zone));
    await dialog.getByLabel('Reason').fill('The printers are moved that night');
  });
  await of(sanne).getByText('The printers are moved that night').waitFor();

  // The page of the other one moves by itself.
  await of(lena).getByRole('button', { name: 'Take this window' }).click();
  await of(lena).getByText('Accepted', { exact: true }).waitFor();
  const release = await lena.get(`/releases/${number}`);
  const start = Date.parse(release.window.start);
  assert.ok(Math.abs(start - later.getTime()) < 60_000, release.window.start);
  await sanne.sees(`/releases/${number}/history`, /asked Shipping about the window/);
}
