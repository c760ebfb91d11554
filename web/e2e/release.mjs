// The release path with named users of the demonstration: what is refused on the way, in the page.
import assert from 'node:assert/strict';
import { PASSWORD } from './browser.mjs';
import { approvedChange, Person, until, window } from './people.mjs';

export async function a_release_is_planned_decided_taken_back_and_closed(browser, url) {
  const people = {};
  for (const login of ['lena', 'bram', 'milo', 'grace', 'ines']) {
    people[login] = await Person.enter(browser, url, login);
  }
  const { lena, bram, milo, grace } = people;
  const cis = await lena.get('/cis?limit=5');
  const [first, second] = cis.items.map((ci) => ci.name);

  // Nothing attached: the page says what is missing, and the verb is refused.
  const { number } = await lena.done('POST', '/releases', {
    title: 'Browser story',
    type: 'minor',
    owner: 'lena',
    environment: 'test',
  });
  const path = `/releases/${number}`;
  const empty = await lena.send('POST', `${path}/submit`, {});
  assert.equal(empty.body.code, 'release.incomplete');
  await lena.page.goto(path, { waitUntil: 'networkidle' });
  const reason = lena.page.getByText(/no change is attached/i).first();
  if (!(await reason.isVisible())) {
    await lena.page.getByRole('button', { name: /Scope.*at stop/s }).click();
  }
  await reason.waitFor();

  const changes = [
    await approvedChange(milo, grace, 'Story one', first),
    await approvedChange(milo, grace, 'Story two', second),
  ];
  for (const change of changes) await lena.done('PUT', `${path}/changes/${change}`);
  await lena.done('PATCH', path, { window: window(-0.2, 2) });

  // Submitted in the page; the requester cannot vote; a no sends it back; then yes.
  await lena.page.goto(path, { waitUntil: 'networkidle' });
  await lena.page
    .getByRole('button', { name: /^submit/i })
    .first()
    .click();
  const confirm = lena.page.getByRole('dialog').getByRole('button', { name: /^submit/i });
  if (await confirm.isVisible().catch(() => false)) await confirm.click();
  await lena.page.getByRole('button', { name: /Approvals.*waiting/s }).waitFor();
  assert.equal((await lena.vote(path, 'approve')).body.code, 'approval.own_work');
  assert.equal((await bram.vote(path, 'reject', 'Not tonight.')).status, 200);
  await lena.sees(path, 'Planning');
  await lena.done('POST', `${path}/submit`, {});

  await bram.page.goto('/approvals', { waitUntil: 'networkidle' });
  await bram.page.getByRole('button', { name: /Browser story/ }).click();
  await bram.page.getByRole('button', { name: 'Approve', exact: true }).click();
  const yes = bram.page.getByRole('dialog').getByRole('button', { name: /approve/i });
  await yes
    .waitFor({ timeout: 1_500 })
    .then(() => yes.click())
    .catch(() => {});
  await lena.page.waitForTimeout(300);
  await until(async () => (await lena.get(path)).approved, 'the go is given');

  // An edit of a plan reopens exactly what covered it.
  await milo.done('PATCH', `/changes/${changes[0]}`, { backout_plan: 'Take it back, twice.' });
  assert.equal((await lena.get(path)).approved, false);
  await grace.vote(`/changes/${changes[0]}`, 'approve');
  await bram.vote(path, 'approve');
  assert.equal((await lena.get(path)).approved, true);

  // A collision blocks, is accepted in the page with a reason, and lapses when the window moves.
  const other = await approvedChange(milo, grace, 'In the way', first);
  await milo.done('POST', `/changes/${other}/schedule`, { window: window(0.5, 1) });
  const blocked = await lena.send('POST', `${path}/schedule`, {});
  assert.equal(blocked.body.code, 'calendar.conflict_blocks');
  await bram.page.goto(`${path}/conflicts`, { waitUntil: 'networkidle' });
  await bram.page.getByText(other).first().waitFor();
  await bram.page
    .getByRole('button', { name: /accept/i })
    .first()
    .click();
  const dialog = bram.page.getByRole('dialog');
  await dialog.getByRole('textbox').first().fill('Both teams sit together.');
  await dialog.getByRole('button', { name: /accept/i }).click();
  await until(async () => {
    const found = await lena.get(`/conflicts?subject=${number}&state=accepted`);
    return found.items.length === 1;
  }, 'the conflict is accepted');
  await lena.done('PATCH', path, { window: window(-0.3, 2.5) });
  const lapsed = await lena.get(`/conflicts?subject=${number}&state=open`);
  assert.equal(lapsed.items.length, 1, 'an acceptance lapses when the window moves');
  await milo.done('POST', `/changes/${other}/cancel`, { reason: 'Done another day.' });
  await bram.vote(path, 'approve');
  await lena.done('POST', `${path}/schedule`, {});

  // The way back is compiled in reverse and shown.
  const record = await lena.get(path);
  const back = record.rollback_plan.steps.map((step) => step.change.number);
  assert.deepEqual(back, [...changes].reverse());
  await lena.sees(`${path}/plan`, '20 min');

  // Carried out by hand, one done, one failed, and taken back by the checklist.
  await milo.done('POST', `${path}/deploy`, {});
  await milo.done('POST', `${path}/deployment/steps/${changes[0]}`, { result: 'done' });
  await milo.done('POST', `${path}/deployment/steps/${changes[1]}`, {
    result: 'failed',
    note: 'It does not start.',
  });
  await lena.page.goto(`${path}/run`, { waitUntil: 'networkidle' });
  await lena.page
    .getByRole('button', { name: /roll back/i })
    .last()
    .click();
  const decide = lena.page.getByRole('dialog');
  await decide.getByRole('textbox').first().fill('It does not start.');
  await decide.getByRole('button', { name: /decide the rollback/i }).click();
  await until(
    async () => (await lena.get(path)).deployment.state === 'rolling_back',
    'rolling back',
  );
  for (const change of [...changes].reverse()) {
    await milo.done('POST', `${path}/rollback/steps/${change}`, { result: 'done' });
  }

  // Closing is refused without a review; with one, it closes.
  const early = await lena.send('POST', `${path}/close`, { outcome: 'rolled_back' });
  assert.equal(early.body.code, 'release.review_missing');
  await lena.sees(path, 'Review');
  await lena.done('PUT', `${path}/review`, {
    went_well: 'Taken back in time.',
    went_wrong: 'It did not start.',
    root_cause: 'A missing setting.',
    complete: true,
  });
  await lena.done('POST', `${path}/close`, { outcome: 'rolled_back' });
  await lena.sees(path, 'Closed');
  await lena.sees(`${path}/history`, /closed/i);
}

export async function wrong_sign_ins_are_told_so(browser, url) {
  const page = await browser.newPage({ baseURL: url });
  await page.goto('/sign-in');
  await page.getByLabel(/login/i).first().fill('lena');
  await page
    .getByLabel(/password/i)
    .first()
    .fill(`${PASSWORD}-not`);
  await page
    .getByRole('button', { name: /^sign in/i })
    .first()
    .click();
  await page
    .getByText(/login or password is wrong/i)
    .first()
    .waitFor();
  await page.close();
}
