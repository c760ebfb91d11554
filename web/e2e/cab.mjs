// A meeting of a board with four named users, each in a browser of their own: the agenda makes
// itself and stands still after the cut-off, votes arrive on every page, minutes are there at the end.
import assert from 'node:assert/strict';
import { approvedChange, Person, testCis, until, window } from './people.mjs';

/** The longest from a cut-off to what waits for it, and from one page's move to another's screen. */
const CUT_OFF_MS = 6_000;
const LIVE_MS = 1_000;

/** A release of one change that waits for the vote of the emergency board. */
async function waiting({ lena, milo, grace }, title, ci) {
  const change = await approvedChange(milo, grace, title, ci);
  const fields = { title, type: 'emergency', owner: 'lena', environment: 'test' };
  const { number } = await lena.done('POST', '/releases', fields);
  await lena.done('PUT', `/releases/${number}/changes/${change}`);
  await lena.done('PATCH', `/releases/${number}`, { window: window(30, 31) });
  await lena.done('POST', `/releases/${number}/submit`, {});
  return number;
}

/** Waits for a text on a page that nobody touched; answers how long it took. */
async function arrives(person, locator) {
  const since = Date.now();
  await locator(person.page).first().waitFor({ timeout: 10_000 });
  return Date.now() - since;
}

export async function a_board_meets_with_four_people_who_see_each_other(browser, url) {
  const people = {};
  for (const login of ['lena', 'milo', 'grace', 'tomas', 'pieter']) {
    people[login] = await Person.enter(browser, url, login);
  }
  const { lena, grace, tomas, pieter } = people;
  const cis = await testCis(grace, 'board-story', 2);
  const first = await waiting(people, 'Mend the scanner', cis[0]);
  const start = Date.now() + CUT_OFF_MS + 1_000;
  const at = (ms) => new Date(start + ms).toISOString();
  const { number } = await lena.done('POST', '/meetings', {
    board: 'Emergency board',
    window: { start: at(0), end: at(1_800_000), zone: 'Europe/Amsterdam' },
    cut_off: at(-1_000),
  });
  const path = `/meetings/${number}`;

  // The agenda makes itself; four pages show it before the cut-off.
  const four = [pieter, grace, tomas, lena];
  for (const person of four) await person.page.goto(`/cab/${number}`);
  for (const person of four) await arrives(person, (page) => page.getByText('Mend the scanner'));
  assert.ok((await lena.get(path)).agenda.some((item) => item.subject.number === first));

  // The cut-off passes, on every page without a touch. What comes later is not on it.
  for (const person of four) {
    await arrives(person, (page) => page.getByText('Frozen', { exact: true }));
  }
  const late = await waiting(people, 'Came too late', cis[1]);
  const frozen = await lena.get(path);
  assert.equal(frozen.state, 'frozen');
  const numbers = frozen.agenda.map((item) => item.subject.number);
  assert.ok(numbers.includes(first) && !numbers.includes(late), numbers.join());
  const refused = await pieter.send('POST', `${path}/add`, { subject: late });
  assert.equal(refused.body.code, 'cab.agenda_frozen');

  // The chair begins; the others' pages follow within a second.
  await pieter.page.getByRole('button', { name: 'Start the meeting' }).click();
  for (const person of [grace, tomas, lena]) {
    const took = await arrives(person, (page) => page.getByText('In session', { exact: true }));
    assert.ok(took < LIVE_MS + 1_000, `it took ${took} ms to begin on another page`);
  }
  await pieter.done('POST', `${path}/next`, { subject: first });
  for (const person of [grace, tomas]) {
    await person.page.getByRole('article', { name: 'Mend the scanner' }).waitFor();
    await person.page.getByRole('button', { name: 'I am here' }).click();
  }
  await until(async () => (await lena.get(path)).attendance.length === 3, 'two come to the chair');

  // A vote in one browser is on the others' screens within a second.
  const seen = [pieter, grace, lena].map((person) =>
    person.page.getByText('“It is tested.”').first().waitFor({ timeout: 10_000 }),
  );
  await tomas.page.getByRole('button', { name: 'Approve', exact: true }).click();
  const dialog = tomas.page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Remark, if any' }).fill('It is tested.');
  const voted = tomas.page.waitForResponse((answer) => answer.url().endsWith('/approve'));
  await dialog.getByRole('button', { name: 'Approve' }).click();
  await voted;
  const since = Date.now();
  await Promise.all(seen);
  assert.ok(Date.now() - since < LIVE_MS, `the vote took ${Date.now() - since} ms to arrive`);
  assert.equal((await pieter.vote(`/releases/${first}`, 'approve')).status, 200);
  await arrives(grace, (page) =>
    page.getByRole('complementary').getByText('Approved', { exact: true }),
  );

  // The chair ends it, and the minutes are fixed.
  await pieter.done('POST', `${path}/remark`, { subject: first, text: 'Watch the queue.' });
  await pieter.press('End the meeting');
  await pieter.answer('End the meeting');
  for (const person of four) {
    await arrives(person, (page) => page.getByRole('link', { name: /download as markdown/i }));
  }
  const { fixed, markdown } = await grace.get(`${path}/minutes`);
  assert.equal(fixed, true);
  for (const text of [first, 'Decision: **approved**', 'It is tested.', 'Watch the queue.']) {
    assert.ok(markdown.includes(text), `${text} in ${markdown}`);
  }
  assert.ok(!markdown.includes(late));
  const more = await pieter.send('POST', `${path}/remark`, { text: 'One more thing.' });
  assert.equal(more.body.code, 'cab.wrong_state');

  // What came too late waits for the next meeting.
  const next = await lena.done('POST', '/meetings', {
    board: 'Emergency board',
    window: { start: at(3_600_000), end: at(5_400_000), zone: 'UTC' },
  });
  const agenda = (await lena.get(`/meetings/${next.number}`)).agenda;
  assert.ok(agenda.some((item) => item.subject.number === late));
}
