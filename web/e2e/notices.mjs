// What is told about a release: its people plan it, see who is reached and how it reads, and find it
// told; whoever is told sees it at the bell.
import assert from 'node:assert/strict';
import { approvedChange, Person, testCis, window } from './people.mjs';

export async function a_communication_is_planned_previewed_and_told(browser, url) {
  const lena = await Person.enter(browser, url, 'lena');
  const bram = await Person.enter(browser, url, 'bram');
  const ines = await Person.enter(browser, url, 'ines');
  const milo = await Person.enter(browser, url, 'milo');
  const grace = await Person.enter(browser, url, 'grace');
  await ines.done('POST', '/services', { name: 'Parcel lockers' });
  const [ci] = await testCis(grace, 'locker', 1);
  await grace.done('PATCH', `/cis/${ci}`, { service: 'Parcel lockers' });
  const change = await approvedChange(milo, grace, 'Lockers open faster', ci);
  const { number } = await lena.done('POST', '/releases', {
    title: 'Lockers',
    type: 'minor',
    owner: 'lena',
    environment: 'test',
    window: window(5, 6),
  });
  await lena.done('PUT', `/releases/${number}/changes/${change}`);

  // Nobody uses the lockers yet: the page says so, and a group is set up.
  await lena.sees(`/releases/${number}/notices`, 'No user group has to do with');
  await lena.open('/settings/user-groups');
  await lena.press('New user group');
  await lena.answer('Add the user group', async (dialog) => {
    await dialog.getByLabel('Name').fill('Locker users');
    await dialog.getByLabel('Services that they have to do with').fill('Parcel l');
    await lena.page.getByRole('option', { name: /Parcel lockers/ }).click();
    await dialog.getByLabel('People with an account').fill('Femke');
    await lena.page.getByRole('option', { name: /Femke/ }).first().click();
    await lena.page.keyboard.press('Tab');
  });
  await lena.page.getByRole('heading', { name: 'Locker users' }).waitFor();

  await lena.open(`/releases/${number}/notices`);
  await lena.press('Edit the plan');
  await lena.answer('Save the plan', async (dialog) => {
    await dialog.getByLabel('What users will notice').fill('Lockers open a second sooner.');
    await dialog.getByLabel('Whom users ask').fill('Customer care, 4711');
  });
  const preview = lena.page.getByRole('region', { name: 'How it reads' });
  await preview.getByText('Lockers open a second sooner.').waitFor();
  await preview.getByText('Questions: Customer care, 4711').waitFor();
  await preview.getByText('Mail', { exact: true }).click();
  const mail = lena.page.frameLocator('iframe[title="The mail as it is read"]');
  await mail.getByText('Lockers open a second sooner.').waitFor();
  const audience = lena.page.getByRole('region', { name: 'Who is told' });
  await audience.getByText('Locker users').waitFor();
  await audience.getByRole('button', { name: 'List them' }).click();
  const listed = lena.page.getByRole('dialog');
  await listed.getByRole('cell', { name: /^Femke/ }).waitFor();
  await lena.page.keyboard.press('Escape');

  // It begins in a few hours, so it is told as soon as its window is committed.
  await lena.done('POST', `/releases/${number}/submit`);
  assert.equal((await bram.vote(`/releases/${number}`, 'approve')).status, 200);
  await lena.done('POST', `/releases/${number}/schedule`);
  const told = lena.page.getByRole('region', { name: 'What was told' });
  await told.getByText(/Before it begins/).waitFor();
  await told.getByRole('button', { name: /Readers and texts: Before/ }).click();
  await lena.page
    .getByRole('dialog')
    .getByRole('cell', { name: /^Femke/ })
    .waitFor();

  const femke = await Person.enter(browser, url, 'femke');
  await femke.open('/');
  await femke.page.getByRole('link', { name: /Notices, \d+ not read/ }).click();
  await femke.page.getByText('Lockers open a second sooner.').first().waitFor();
  await femke.press('Mark all as read');
  await femke.page.getByRole('link', { name: 'Notices', exact: true }).waitFor();
}
