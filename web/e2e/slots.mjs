// The calendar at work: an entry is taken up with the keys and dragged with the mouse, what collides
// there is shown before it is saved, and a blocked change is moved to the next free slot.
import assert from 'node:assert/strict';
import { signIn } from './browser.mjs';

const DAY_MS = 86_400_000;

async function enter(browser, url) {
  const context = await browser.newContext({
    baseURL: url,
    reducedMotion: 'reduce',
    viewport: { width: 1440, height: 1000 },
  });
  const page = await context.newPage();
  await signIn(page, 'milo');
  return { context, page };
}

async function sent(context, method, path, data) {
  const headers = { 'If-Match': '*' };
  const answer = await context.request.fetch(`/api/v1${path}`, { method, data, headers });
  assert.ok(answer.ok(), `${path}: ${await answer.text()}`);
  return answer.json();
}

/** A draft on a CI of its own, in eight days at noon: nothing of the demonstration is there. */
async function draft(context, title, ci, hours) {
  const noon = Math.floor(Date.now() / DAY_MS + 8) * DAY_MS + DAY_MS / 2;
  const at = (hour) => new Date(noon + hour * 3_600_000).toISOString();
  const window = { start: at(hours[0]), end: at(hours[1]), zone: 'Europe/Amsterdam' };
  const fields = { title, type: 'normal', cis: [ci], window };
  const { number } = await sent(context, 'POST', '/changes', fields);
  return { number, window };
}

async function startOf(context, number) {
  return Date.parse((await sent(context, 'GET', `/changes/${number}`)).window.start);
}

export async function an_entry_moves_by_keys_and_by_mouse_and_back(browser, url) {
  const { context, page } = await enter(browser, url);
  const { items } = await sent(context, 'GET', '/cis?limit=1');
  const { number, window } = await draft(context, 'Move me about', items[0].name, [0, 6]);
  const before = Date.parse(window.start);
  const date = window.start.slice(0, 10);
  await page.goto(`/calendar?view=timeline&span=week&date=${date}`, { waitUntil: 'networkidle' });
  const bar = page.getByRole('link', { name: new RegExp(`^${number} `) }).first();
  await bar.focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowRight');
  await page.getByText(/Enter saves/).waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await startOf(context, number), before, 'Escape leaves it');
  await page.keyboard.press('Space');
  await page.keyboard.press('Shift+ArrowLeft');
  await page.keyboard.press('Enter');
  await page.getByText(new RegExp(`${number} moved to`)).waitFor();
  assert.equal(await startOf(context, number), before - DAY_MS);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText(`${number} is where it was`).waitFor();
  assert.equal(await startOf(context, number), before);

  const box = await bar.boundingBox();
  await page.mouse.move(box.x + 6, box.y + 8);
  await page.mouse.down();
  await page.mouse.move(box.x + 40, box.y + 8, { steps: 5 });
  await page.getByText(/Drop it to save/).waitFor();
  await page
    .getByText(/Nothing collides there|conflict/)
    .first()
    .waitFor();
  await page.mouse.up();
  await page.getByText(new RegExp(`${number} moved to`)).waitFor();
  assert.ok((await startOf(context, number)) > before, 'the drop moved it');
  assert.match(page.url(), /calendar/, 'the drop opens no record');

  await page.goto(`/calendar?view=week&date=${date}`, { waitUntil: 'networkidle' });
  const event = page.getByTitle(new RegExp(`^${number} `)).first();
  const there = await startOf(context, number);
  const face = await event.boundingBox();
  await page.mouse.move(face.x + 10, face.y + 6);
  await page.mouse.down();
  await page.mouse.move(face.x + 10, face.y + 66, { steps: 8 });
  await page.getByText(/Drop it to save/).waitFor();
  await page.mouse.up();
  await page.getByText(new RegExp(`${number} moved to`)).waitFor();
  assert.ok((await startOf(context, number)) > there, 'the week moves it too');
  await context.close();
}

export async function a_blocked_window_is_changed_for_the_next_free_slot(browser, url) {
  const { context, page } = await enter(browser, url);
  const { items } = await sent(context, 'GET', '/cis?limit=1');
  const { number, window } = await draft(context, 'Find me a slot', items[0].name, [0, 2]);
  await page.goto(`/changes/${number}`, { waitUntil: 'networkidle' });
  const slots = `/slots?subject=${number}&limit=3`;
  const found = await sent(context, 'GET', slots);
  assert.ok(found.slots.some((slot) => slot.earliest));
  for (const slot of found.slots) {
    const checked = await sent(context, 'POST', '/conflicts/check', {
      subject: number,
      window: slot.window,
    });
    assert.equal(checked.blocking, 0, 'what is offered is free');
  }
  assert.ok(Date.parse(found.slots[0].window.start) >= Date.parse(window.start));
  await page.goto('/calendar?view=list&list=pso', { waitUntil: 'networkidle' });
  await page
    .getByText(/in all, by|No service is expected/)
    .first()
    .waitFor();
  await page.goto('/calendar?view=list&list=fsc', { waitUntil: 'networkidle' });
  await page
    .getByText(/Forward schedule/)
    .first()
    .waitFor();
  await context.close();
}
