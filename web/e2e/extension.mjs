// A release that is being deployed needs more time: who carries it out asks in the page, and someone
// else grants it there. An approver sees field by field what was edited since their vote.
import assert from 'node:assert/strict';
import { Person } from './people.mjs';

export async function a_longer_window_is_asked_for_and_granted_by_another(browser, url) {
  const nora = await Person.enter(browser, url, 'nora');
  const bram = await Person.enter(browser, url, 'bram');
  const { items } = await nora.get('/releases?phase=deployment');
  const { number, window } = items[0];
  await nora.page.goto(`/releases/${number}`, { waitUntil: 'networkidle' });
  await nora.page.getByRole('button', { name: 'More actions' }).click();
  await nora.page.getByRole('menuitem', { name: /Ask for a longer window/ }).click();
  const dialog = nora.page.getByRole('dialog');
  const end = dialog.getByLabel(/New end/);
  const wall = new Date(`${await end.inputValue()}Z`);
  await end.fill(new Date(wall.getTime() + 30 * 60_000).toISOString().slice(0, 16));
  await dialog.getByLabel('Reason').fill('the copy is slow');
  await dialog.getByRole('button', { name: 'Ask', exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });

  await bram.page.goto('/approvals', { waitUntil: 'networkidle' });
  const waiting = bram.page.getByRole('region', { name: 'Longer windows that are asked for' });
  await waiting.getByRole('link', { name: new RegExp(number) }).click();
  const block = bram.page.getByRole('region', { name: 'A longer window is asked for' });
  await block.getByText('the copy is slow').waitFor();
  await block.getByRole('button', { name: 'Grant' }).click();
  await block.waitFor({ state: 'hidden' });
  const after = await nora.get(`/releases/${number}`);
  assert.equal(Date.parse(after.window.end) - Date.parse(window.end), 30 * 60_000);
}

export async function an_approver_sees_what_was_edited_since_their_vote(browser, url) {
  const milo = await Person.enter(browser, url, 'milo');
  const grace = await Person.enter(browser, url, 'grace');
  const { number } = await milo.done('POST', '/changes', {
    title: 'Show the difference',
    type: 'normal',
    description: 'A page is put in its place.',
    reason: 'It is old.',
    category: 'application',
    cis: ['ams-app-01'],
    customer_impact: 'none',
    environment: 'test',
    implementer: 'nora',
    implementation_plan: 'Copy it.',
    test_plan: 'Look at it.',
    backout_plan: 'Copy the old one back.',
    backout_minutes: 5,
  });
  for (const verb of ['submit', 'assess']) {
    await milo.done('POST', `/changes/${number}/${verb}`, {});
  }
  const [round] = (await grace.get(`/changes/${number}`)).rounds;
  const vote = { round: round.number, content_hash: round.content_hash };
  await grace.done('POST', `/changes/${number}/approve`, vote);
  const edit = { test_plan: 'Look at it twice.', implementer: 'jonas' };
  await milo.done('PATCH', `/changes/${number}`, edit);
  await grace.page.goto(`/changes/${number}/approvals`, { waitUntil: 'networkidle' });
  const block = grace.page.getByRole('region', { name: 'Edited since you voted' });
  await block.getByText('Look at it twice.').waitFor();
  await block.getByText('Jonas Eikeland').waitFor();
}
