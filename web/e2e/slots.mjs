// The calendar at work: an entry is taken up with the keys and dragged with the mouse, what collides
// there is shown before it is saved, and a blocked change is moved to the next free slot.
import assert from 'node:assert/strict';
import { approvedChange, Person, testCis, until } from './people.mjs';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The longest from one page's move to another's screen. */
const LIVE_MS = 5_000;

let stories = 0;

async function enter(browser, url) {
  const milo = await Person.enter(browser, url, 'milo');
  const grace = await Person.enter(browser, url, 'grace');
  stories += 1;
  const [ci] = await testCis(grace, `slot-story-${stories}`, 1);
  return { milo, grace, ci };
}

/** Some hours from noon, in some days: nothing of the demonstration is there. */
function noon(days, from, to) {
  const noon = Math.floor(Date.now() / DAY_MS + days) * DAY_MS + DAY_MS / 2;
  const at = (hours) => new Date(noon + hours * HOUR_MS).toISOString();
  return { start: at(from), end: at(to), zone: 'Europe/Amsterdam' };
}

async function draft(milo, title, ci, window) {
  const fields = { title, type: 'normal', cis: [ci], environment: 'test', window };
  return (await milo.done('POST', '/changes', fields)).number;
}

/** A change with a committed window on the same CI. */
async function inTheWay({ milo, grace, ci }, window) {
  const number = await approvedChange(milo, grace, 'In the way', ci);
  await milo.done('POST', `/changes/${number}/schedule`, { window });
  return number;
}

/** A bar says its day and hour in the reader's zone. */
function labelOf(number, at, zone) {
  const part = (options) => new Date(at).toLocaleString('en-GB', { ...options, timeZone: zone });
  const day = `${part({ weekday: 'short' })} ${part({ day: 'numeric' })}`;
  const clock = part({ hour: '2-digit', minute: '2-digit' });
  return new RegExp(`^${number} .*${day} \\w+ ${clock}`);
}

async function startOf(person, number) {
  return Date.parse((await person.get(`/changes/${number}`)).window.start);
}

export async function an_entry_moves_by_keys_and_by_mouse_and_back(browser, url) {
  const people = await enter(browser, url);
  const { milo, ci } = people;
  const { page } = milo;
  const window = noon(8, 0, 6);
  const number = await draft(milo, 'Move me about', ci, window);
  const other = await inTheWay(people, noon(8, 6, 12));
  const before = Date.parse(window.start);
  const date = window.start.slice(0, 10);
  await page.goto(`/calendar?view=timeline&span=week&date=${date}`, { waitUntil: 'networkidle' });
  const bar = page.getByRole('link', { name: new RegExp(`^${number} `) }).first();
  // Somebody else looks at the same week.
  const lena = await Person.enter(browser, url, 'lena');
  await lena.open(`/calendar?view=timeline&span=week&date=${date}`);
  const theirs = (at) => lena.page.getByRole('link', { name: labelOf(number, at, zone) }).first();
  const { zone } = await lena.get('/session');
  await theirs(before).waitFor();
  await bar.focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowRight');
  await page.getByText(/Enter saves/).waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await startOf(milo, number), before, 'Escape leaves it');
  await page.keyboard.press('Space');
  await page.keyboard.press('Shift+ArrowLeft');
  await page.keyboard.press('Enter');
  await page.getByText(new RegExp(`${number} moved to`)).waitFor();
  assert.equal(await startOf(milo, number), before - DAY_MS);
  await theirs(before - DAY_MS).waitFor({ timeout: LIVE_MS });
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText(`${number} is where it was`).waitFor();
  assert.equal(await startOf(milo, number), before);
  await theirs(before).waitFor({ timeout: LIVE_MS });
  await lena.leave();

  const box = await bar.boundingBox();
  await page.mouse.move(box.x + 6, box.y + 8);
  await page.mouse.down();
  await page.mouse.move(box.x + 40, box.y + 8, { steps: 5 });
  await page.getByText(/Drop it to save/).waitFor();
  // Where it stands it touches the next one; where it is held they collide.
  const note = page.getByRole('status').filter({ hasText: 'Drop it to save' });
  await note.getByText(/it blocks|blocks? it/).waitFor();
  await note.getByText(new RegExp(`${other}\\b`)).waitFor();
  assert.equal(await startOf(milo, number), before, 'nothing is saved before the drop');
  await page.mouse.up();
  const asked = page.getByRole('dialog', { name: new RegExp(`Move ${number} to`) });
  await asked.getByText(new RegExp(`${other}\\b`)).waitFor();
  assert.equal(await startOf(milo, number), before, 'a new conflict is asked about first');
  await milo.press('Move it');
  await page.getByText(new RegExp(`${number} moved to`)).waitFor();
  assert.ok((await startOf(milo, number)) > before, 'the drop moved it');
  assert.match(page.url(), /calendar/, 'the drop opens no record');
  const kept = await milo.get(`/conflicts?subject=${number}&state=open`);
  assert.ok(
    kept.items.some((one) => one.severity === 'blocking'),
    'what was shown is on record now',
  );

  await page.goto(`/calendar?view=week&date=${date}`, { waitUntil: 'networkidle' });
  const event = page.getByTitle(new RegExp(`^${number} `)).first();
  const there = await startOf(milo, number);
  const face = await event.boundingBox();
  await page.mouse.move(face.x + 10, face.y + 6);
  await page.mouse.down();
  await page.mouse.move(face.x + 10, face.y + 66, { steps: 8 });
  await page.getByText(/Drop it to save/).waitFor();
  await page.mouse.up();
  await page.getByText(new RegExp(`${number} moved to`)).waitFor();
  assert.ok((await startOf(milo, number)) > there, 'the week moves it too');
  for (const person of [milo, people.grace]) await person.leave();
}

export async function a_blocked_window_is_changed_for_the_next_free_slot(browser, url) {
  const people = await enter(browser, url);
  const { milo, ci } = people;
  const { page } = milo;
  const taken = noon(14, 0, 4);
  const other = await inTheWay(people, taken);
  const number = await draft(milo, 'Find me a slot', ci, noon(14, 1, 3));
  const blocking = async () => {
    const { items } = await milo.get(`/conflicts?subject=${number}&state=open`);
    return items.filter((one) => one.severity === 'blocking').length;
  };
  assert.ok((await blocking()) > 0, 'its window is blocked');

  // On the page of what is blocked: one click.
  await milo.open(`/changes/${number}/conflicts`);
  await page
    .getByText(new RegExp(`${other}\\b`))
    .first()
    .waitFor();
  await page.getByText('Next free:').waitFor();
  await milo.press('Move it there');
  await page.getByText(new RegExp(`${number} moved to`)).waitFor();
  const moved = await startOf(milo, number);
  assert.ok(moved >= Date.parse(taken.end), 'it begins when the other is over');
  assert.equal(await blocking(), 0, 'what was offered is free');
  await page.getByText('Next free:').waitFor({ state: 'hidden' });

  // In the form: of several, each with its reasons, one is taken and saved.
  await milo.done('PATCH', `/changes/${number}`, { window: noon(14, 1, 3) });
  await milo.open(`/changes/${number}?edit=window`);
  await milo.press('Find a slot');
  const finder = page.getByRole('region', { name: 'Free slots' });
  await finder.getByText(/Why nothing earlier is free/).click();
  await finder
    .getByText(new RegExp(`${other}\\b`))
    .first()
    .waitFor();
  const takes = finder.getByRole('button', { name: /^Take / });
  assert.ok((await takes.count()) > 1, 'there is a choice');
  await takes.nth(1).click();
  await milo.press('Save');
  await until(async () => (await startOf(milo, number)) > moved, 'the second slot is its window');
  assert.equal(await blocking(), 0, 'so is the second');
  for (const person of [milo, people.grace]) await person.leave();
}

export async function the_lists_of_what_is_planned_and_what_is_out_tell_of_a_change(browser, url) {
  const people = await enter(browser, url);
  const { milo, grace, ci } = people;
  const { page } = milo;
  const service = 'Parcel scales';
  const ines = await Person.enter(browser, url, 'ines');
  await ines.done('POST', '/services', { name: service });
  const number = await approvedChange(milo, grace, 'Weigh anew', ci, {
    services: [service],
    outages: [{ service, minutes: 30 }],
  });
  const window = noon(20, 0, 2);
  await milo.done('POST', `/changes/${number}/schedule`, { window });
  const date = window.start.slice(0, 10);

  await milo.open(`/calendar?view=list&list=pso&date=${date}`);
  const out = page.getByRole('table').locator('tbody').filter({ hasText: service });
  await out.getByText('30 min in all, by 1 change').waitFor();
  const row = out.getByRole('row').filter({ hasText: number });
  await row.getByRole('cell', { name: '30 min', exact: true }).waitFor();
  const shown = await row.locator('time').getAttribute('datetime');
  assert.equal(Date.parse(shown), Date.parse(window.start));

  await milo.open(`/calendar?view=list&list=fsc&date=${date}`);
  const planned = page
    .getByRole('table', { name: 'Forward schedule of change' })
    .getByRole('row')
    .filter({ hasText: number });
  await planned.getByRole('cell', { name: '30 min', exact: true }).waitFor();
  assert.match(await planned.textContent(), new RegExp(service));
  for (const person of [milo, grace, ines]) await person.leave();
}

export async function a_slot_of_the_plan_of_the_backlog_is_taken(browser, url) {
  const { milo, grace, ci } = await enter(browser, url);
  const { page } = milo;
  const number = await approvedChange(milo, grace, 'Some day', ci);
  await milo.open('/calendar/plan');
  const waiting = page.getByRole('listitem').filter({ hasText: number });
  const take = waiting.getByRole('button', { name: new RegExp(`^Take .* for ${number}$`) });
  await take.click();
  await page.getByText(new RegExp(`${number} moved to`)).waitFor();
  const { window } = await milo.get(`/changes/${number}`);
  assert.ok(Date.parse(window.start) > Date.now(), 'its window is ahead');
  await take.waitFor({ state: 'detached' });
  for (const person of [milo, grace]) await person.leave();
}
