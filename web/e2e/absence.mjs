// Someone goes on leave and names a deputy in the page; the deputy finds the vote among their own,
// casts it in the other's place, and loses the right when the delegation is taken back.
import assert from 'node:assert/strict';
import { Person } from './people.mjs';

/** An emergency of Milo's, which two of the emergency board decide. */
async function emergency(milo, title, ci) {
  const { number } = await milo.done('POST', '/changes', {
    title,
    type: 'emergency',
    description: 'Close the port.',
    reason: 'It leaks.',
    category: 'application',
    cis: [ci],
    environment: 'test',
    customer_impact: 'none',
    implementer: 'nora',
    implementation_plan: 'Close it.',
    test_plan: 'Knock.',
    backout_plan: 'Open it.',
    backout_minutes: 5,
  });
  await milo.done('POST', `/changes/${number}/submit`, {});
  return number;
}

export async function a_deputy_votes_in_the_place_of_someone_absent(browser, url) {
  const people = {};
  for (const login of ['milo', 'pieter', 'willem']) {
    people[login] = await Person.enter(browser, url, login);
  }
  const { milo, pieter, willem } = people;
  const [ci] = (await milo.get('/cis?limit=1')).items;
  const number = await emergency(milo, 'Vote for me', ci.name);
  const path = `/changes/${number}`;
  const refused = await willem.vote(path, 'approve');
  assert.equal(refused.body.code, 'approval.not_a_voter', 'Willem sits on another board');

  await pieter.open('/settings/absences');
  await pieter.press('Name a deputy');
  await pieter.answer('Name the deputy', async (dialog) => {
    await dialog.getByLabel('Deputy').fill('willem');
    await pieter.page
      .getByRole('option', { name: /Willem/ })
      .first()
      .click();
    await dialog.getByLabel('Why').fill('on leave');
  });
  const { name } = (await pieter.get('/session')).person;
  const row = pieter.page.getByRole('row').filter({ hasText: name });
  await row.getByText('In force', { exact: true }).waitFor();

  await willem.open('/approvals');
  await willem.page
    .getByRole('button', { name: new RegExp(`${number}\\b`) })
    .first()
    .click();
  const record = willem.page.getByRole('article', { name: 'Vote for me' });
  await record.waitFor();
  await willem.press('Approve');
  await willem.answer('Approve');
  await willem.sees(`${path}/approvals`, name);
  const votes = (await willem.get(path)).rounds[0].stages[0].groups[0].votes;
  assert.deepEqual(
    votes.map((vote) => [vote.on_behalf_of.name, vote.answer]),
    [[name, 'approve']],
  );
  const again = await pieter.vote(path, 'approve');
  assert.equal(again.body.code, 'approval.voted_already', 'both are used up');

  await pieter.press(`Take back the deputy of ${name}`);
  await pieter.answer('Take back');
  await row.waitFor({ state: 'hidden' });
  const next = await emergency(milo, 'Vote no more', ci.name);
  const over = await willem.vote(`/changes/${next}`, 'approve');
  assert.equal(over.body.code, 'approval.not_a_voter');
  for (const change of [number, next]) {
    await milo.done('POST', `/changes/${change}/cancel`, { reason: 'It was a story.' });
  }
  for (const person of Object.values(people)) await person.leave();
}
