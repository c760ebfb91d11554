// The release path with named users of the demonstration, by what they do on the pages: what is done
// there, and what is refused on the way. Changes are raised over the API, where other tests prove it.
import assert from 'node:assert/strict';
import { PASSWORD } from './browser.mjs';
import { approvedChange, Person, testCis, until, wall, window } from './people.mjs';

const HOUR = 3_600_000;

/** Made on the page with nearly nothing; its submission is refused, and all that is missing named. */
async function refused(lena) {
  const { page } = lena;
  await lena.open('/releases/new');
  await page.getByLabel(/^title/i).fill('Browser story');
  await lena.choose(page, /^type/i, /minor/i);
  await lena.choose(page, /^environment/i, 'Test');
  await lena.press('Remove Lena Achterberg');
  await lena.unfold('Plan');
  await lena.press('Add item');
  await page.getByLabel('Name 1', { exact: true }).fill('portal.war');
  await lena.press('Create release');
  await page.waitForURL(/\/releases\/REL-/);
  const number = /REL-\d+/.exec(page.url())[0];
  const sent = await lena.send('POST', `/releases/${number}/submit`, {});
  assert.equal(sent.body.code, 'release.incomplete');
  assert.deepEqual(
    sent.body.errors.map(({ pointer }) => pointer),
    ['/changes', '/owner', '/package/0/digest'],
  );
  // The verb stands among the others, and says in words what it waits for.
  await lena.press('More actions');
  const told = await page.getByRole('menuitem', { name: /^Submit for approval/ }).textContent();
  assert.equal(
    told,
    'Submit for approval' +
      'No change is attached: attach at least one. ' +
      'Owner: name who answers for it. ' +
      '"portal.war" is an artifact without a digest.',
  );
  return number;
}

/** What was missing is filled in: an owner, a digest, a window that is open now, and changes. */
async function completed(lena, path, changes) {
  const { page } = lena;
  await lena.open(`${path}?edit=true`);
  await page.getByLabel('Owner').fill('lena');
  await page.getByRole('option', { name: /Lena Achterberg/ }).click();
  await lena.unfold('Plan');
  await page.getByLabel('Digest 1').fill(`sha256:${'0f'.repeat(32)}`);
  await planned(page, -0.2, 2);
  await lena.press('Save');
  await page.getByRole('heading', { name: 'Goals' }).waitFor();
  await lena.open(`${path}/scope`);
  await lena.press('Attach changes');
  await lena.answer(`Attach ${changes.length}`, async (dialog) => {
    for (const change of changes) {
      await dialog.getByRole('searchbox').fill(change);
      await dialog.getByRole('checkbox', { name: new RegExp(`${change}\\b`) }).check();
    }
  });
  for (const change of changes) {
    await page
      .getByRole('link', { name: new RegExp(`^${change}\\b`) })
      .first()
      .waitFor();
  }
  await submitted(lena, path);
}

/** A window in hours from now, typed in. */
async function planned(page, from, to) {
  const zone = await page.getByRole('combobox', { name: 'Time zone' }).first().inputValue();
  const at = (hours) => wall(new Date(Date.now() + hours * HOUR), zone);
  await page.getByLabel('Start', { exact: true }).first().fill(at(from));
  await page.getByLabel('End', { exact: true }).first().fill(at(to));
}

async function submitted(lena, path) {
  await lena.press('Submit for approval');
  await until(async () => (await lena.get(path)).phase === 'approval', 'it is submitted');
}

async function approved(bram, path) {
  await bram.open(`${path}/approvals`);
  await bram.press('Approve');
  await bram.answer('Approve');
  await until(async () => (await bram.get(path)).approved, 'the go is given');
}

/** Another release manager, so that Bram is not the only one who could say yes. */
async function furtherVoter(browser, url) {
  const ines = await Person.enter(browser, url, 'ines');
  await ines.done('POST', '/people', {
    login: 'rolf',
    name: 'Rolf Meer',
    roles: ['release_manager'],
    password: 'a voice more among many',
  });
  await ines.leave();
}

/**
 * The requester's vote is refused on the page and by the server; a veto sends it back, whoever else
 * could still say yes; then yes.
 */
async function decided(lena, bram, path, number) {
  await lena.open(`${path}/approvals`);
  assert.match(await lena.refusal('Approve'), /nobody approves their own work/i);
  assert.equal((await lena.vote(path, 'approve')).body.code, 'approval.own_work');
  await bram.open(`${path}/approvals`);
  await bram.press('Reject');
  await bram.answer('Reject', (dialog) => dialog.getByRole('textbox').fill('Not tonight.'));
  await lena.sees(`${path}/approvals`, 'Not tonight.');
  assert.equal((await lena.get(path)).phase, 'planning');
  await submitted(lena, path);
  await bram.open('/approvals');
  await bram.page
    .getByRole('button', { name: new RegExp(`${number}\\b`) })
    .first()
    .click();
  await bram.page.getByRole('article', { name: 'Browser story' }).waitFor();
  await bram.press('Approve');
  await bram.answer('Approve');
  await until(async () => (await lena.get(path)).approved, 'the go is given');
}

/** An edit of a plan reopens exactly what covered it. */
async function reopened({ lena, bram, milo, grace }, path, change) {
  await milo.open(`/changes/${change}/plans`);
  await milo.press('Edit');
  await milo.page.getByLabel('Backout plan').fill('Take it back, twice.');
  await milo.press('Save');
  await until(async () => !(await lena.get(path)).approved, 'the go is open again');
  await grace.open(`/changes/${change}/approvals`);
  await grace.press('Approve');
  await grace.answer('Approve');
  await approved(bram, path);
}

/** A collision blocks, is accepted with a reason, counts again when the window moves, and once it
 * is accepted as it is now, lets the window be committed. */
async function collided({ lena, bram, milo, grace }, path, number, ci) {
  const other = await approvedChange(milo, grace, 'In the way', ci);
  await milo.done('POST', `/changes/${other}/schedule`, { window: window(0.5, 1) });
  await blocked(lena, path, other);
  const found = (state) => lena.get(`/conflicts?subject=${number}&state=${state}`);
  await accepted(bram, path, 'Both teams sit together.');
  assert.equal((await found('accepted')).items.length, 1);

  await lena.open(`${path}?edit=true`);
  await planned(lena.page, -0.3, 2.5);
  await lena.press('Save');
  await lena.page.getByRole('heading', { name: 'Goals' }).waitFor();
  assert.equal((await found('open')).items.length, 1, 'an acceptance lapses with the window');
  await approved(bram, path);
  await blocked(lena, path, other);

  await accepted(bram, path, 'They still do.');
  await lena.open(path);
  await lena.press('Schedule');
  await lena.answer('Schedule');
  await until(async () => (await lena.get(path)).scheduled, 'the window is committed');
  assert.equal((await found('accepted')).items.length, 1, 'under the acceptance');

  await milo.open(`/changes/${other}`);
  await milo.press('More actions');
  await milo.page.getByRole('menuitem', { name: /cancel/i }).click();
  await milo.answer('Cancel it', (dialog) => dialog.getByRole('textbox').fill('Another day.'));
  await until(async () => (await found('resolved')).items.length === 1, 'nothing is in the way');
}

/** The server refuses the window, and the page says what is in its way. */
async function blocked(lena, path, other) {
  const sent = await lena.send('POST', `${path}/schedule`, {});
  assert.deepEqual([sent.status, sent.body.code], [409, 'calendar.conflict_blocks']);
  await lena.open(path);
  await lena.press('More actions');
  const told = await lena.page.getByRole('menuitem', { name: /^Schedule/ }).textContent();
  assert.match(told, new RegExp(`${other}\\b`));
}

async function accepted(bram, path, reason) {
  await bram.open(`${path}/conflicts`);
  await bram.press('Accept the conflict with In the way');
  await bram.answer('Accept', (dialog) =>
    dialog.getByLabel('Why it is safe to go ahead').fill(reason),
  );
  await bram.page.getByText(`“${reason}”`).waitFor();
}

/** Carried out by hand, one done, one failed, and taken back by the compiled checklist. */
async function carriedOut(lena, milo, path, changes) {
  const { page } = milo;
  await lena.sees(`${path}/plan`, '20 min');
  const record = await lena.get(path);
  const back = record.rollback_plan.steps.map((step) => step.change.number);
  assert.deepEqual(back, [...changes].reverse());

  await milo.open(path);
  await milo.press('Start deployment');
  await milo.answer('Start deployment');
  await page.waitForURL(/\/run$/);
  await milo.press('Done');
  await page.getByText(/^Done, /).waitFor();
  await milo.press('Failed');
  await milo.answer('Failed', (dialog) => dialog.getByRole('textbox').fill('It does not start.'));
  await page.getByText('It does not start.').waitFor();

  await lena.open(`${path}/run`);
  await lena.page.getByRole('button', { name: 'Roll back', exact: true }).last().click();
  await lena.answer('Decide the rollback', async (dialog) => {
    await dialog.getByRole('textbox').fill('It does not start.');
  });
  await milo.open(`${path}/run`);
  const list = page.getByRole('list').filter({ has: page.getByRole('button', { name: /^Taken/ }) });
  for (let left = changes.length; left > 0; left -= 1) {
    // The last that went in is the first that is offered.
    const now = list.getByRole('listitem').filter({ has: page.getByRole('button') });
    await now.getByText(changes[left - 1]).waitFor();
    await milo.press('Taken back');
  }
  await until(async () => (await lena.get(path)).phase === 'review', 'it is taken back');
}

/** Closing is refused without a review; with one, it closes. */
async function reviewed(lena, path) {
  const { page } = lena;
  const early = await lena.send('POST', `${path}/close`, { outcome: 'rolled_back' });
  assert.equal(early.body.code, 'release.review_missing');
  await lena.open(`${path}/review`);
  assert.match(await lena.refusal('Close'), /owes a review: complete it/);
  await lena.press('Open the review');
  await page.waitForURL(/\/reviews\//);
  await page.getByLabel('What went well').fill('Taken back in time.');
  await page.getByLabel('What went wrong').fill('It did not start.');
  await page.getByLabel('Root cause').fill('A missing setting.');
  await lena.press('Complete review');
  await page.getByText('Completed by').first().waitFor();
  await lena.open(path);
  await lena.press('Close');
  await lena.answer('Close', (dialog) => lena.choose(dialog, 'How it ended', 'Rolled back'));
  await until(async () => (await lena.get(path)).phase === 'closed', 'it is closed');
  await lena.sees(`${path}/history`, /closed/i);
}

export async function a_release_goes_from_draft_to_closed_by_what_people_click(browser, url) {
  const people = {};
  for (const login of ['lena', 'bram', 'milo', 'grace']) {
    people[login] = await Person.enter(browser, url, login);
  }
  const { lena, bram, milo, grace } = people;
  await furtherVoter(browser, url);
  const [first, second] = await testCis(grace, 'release-story', 2);
  const changes = [
    await approvedChange(milo, grace, 'Story one', first),
    await approvedChange(milo, grace, 'Story two', second),
  ];
  const number = await refused(lena);
  const path = `/releases/${number}`;
  await completed(lena, path, changes);
  await decided(lena, bram, path, number);
  await reopened(people, path, changes[0]);
  await collided(people, path, number, first);
  await carriedOut(lena, milo, path, changes);
  await reviewed(lena, path);
  for (const person of Object.values(people)) await person.leave();
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
