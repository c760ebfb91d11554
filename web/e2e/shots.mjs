// Takes a picture of every page, tab and dialog, in two widths, light and dark, for people to look
// at: `node e2e/shots.mjs http://127.0.0.1:7420 folder [part of the names]`.
import { mkdir } from 'node:fs/promises';
import { PAGES, launch, recordPages, signIn } from './browser.mjs';

const HEIGHT_MAX = 2_400;
const READY_MS = 10_000;
const [url = 'http://127.0.0.1:7420', folder = 'shots', only = ''] = process.argv.slice(2);

const press = (name) => (page) =>
  page
    .getByRole('button', { name, exact: typeof name === 'string' })
    .first()
    .click();
const key = (keys) => (page) => page.keyboard.press(keys);

/** The address of the first record of a list. */
const first = (list, pathOf) => async (request) => {
  const [row] = (await (await request.get(`/api/v1${list}&limit=1`)).json()).items;
  if (!row) throw new Error(`nothing of ${list}`);
  return pathOf(row);
};

/** A meeting that is in session: one is called, and begun once its agenda stands. */
async function inSession(request) {
  const listed = await (await request.get('/api/v1/meetings?state=in_session&limit=1')).json();
  const [row] = listed.items;
  if (row) return `/cab/${row.number}`;
  const post = async (path, data) => {
    const answer = await request.post(`/api/v1${path}`, { data, headers: { 'If-Match': '*' } });
    if (!answer.ok()) throw new Error(await answer.text());
    return answer.json();
  };
  const at = (ms) => new Date(Date.now() + ms).toISOString();
  const window = { start: at(3_000), end: at(1_800_000), zone: 'Europe/Amsterdam' };
  const called = { board: 'Emergency board', window, cut_off: at(2_000) };
  const { number } = await post('/meetings', called);
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  await post(`/meetings/${number}/start`, {});
  return `/cab/${number}`;
}

/** Who looks, what the picture is called, where, and what is done there first. */
const ASIDES = [
  ['lena', 'menu-new', '/', press('New')],
  ['lena', 'menu-account', '/', press(/^Account/)],
  ['lena', 'keys', '/', key('?')],
  [
    'lena',
    'palette',
    '/',
    async (page) => {
      await key('/')(page);
      await page.keyboard.type('parcel');
    },
  ],
  ['lena', 'search', '/search?q=parcel'],
  ['lena', 'search-none', '/search?q=zzzzzz'],
  ['lena', 'empty-changes', '/changes?q=zzzzzz'],
  ['lena', 'error-record', '/changes/CHG-99999'],
  ['lena', 'error-address', '/nowhere'],
  ['lena', 'error-form', '/changes/new', press('Raise the change')],
  ['lena', 'dialog-window', '/settings/windows', press('New window')],
  ['lena', 'dialog-blackout', '/settings/blackouts', press('New blackout')],
  ['lena', 'dialog-meeting', '/cab', press('Call a meeting')],
  ['lena', 'dialog-token', '/settings/tokens', press('New token')],
  ['lena', 'dialog-feed', '/settings/feeds', press('New feed')],
  ['lena', 'dialog-deputy', '/settings/absences', press('Name a deputy')],
  ['ines', 'keeper-people', '/settings/people'],
  ['ines', 'dialog-person', '/settings/people', press('New person')],
  ['ines', 'dialog-team', '/teams', press('New team')],
  ['ines', 'dialog-ci', '/cis', press('New CI')],
  ['sanne', 'voter-approvals', '/approvals'],
  ['lena', 'meeting-in-session', inSession],
  [
    'lena',
    'slot-finder',
    first('/changes?phase=draft', ({ number }) => `/changes/${number}?edit=window`),
    press('Find a slot'),
  ],
  [
    'grace',
    'dialog-vote',
    first(
      '/approvals?state=pending&mine=true',
      ({ subject, subject_kind: kind }) => `/${kind}s/${subject.number}/approvals`,
    ),
    press('Approve'),
  ],
  [
    'lena',
    'dialog-exception',
    first(
      '/conflicts?state=open',
      ({ subject: { number } }) =>
        `/${number.startsWith('REL') ? 'releases' : 'changes'}/${number}/conflicts`,
    ),
    press('Ask for an exception'),
  ],
];

async function take(page, name, place, act) {
  if (!name.includes(only)) return;
  const say = (error) => console.log(`${name}: ${error.message.split('\n')[0]}`);
  const path = typeof place === 'string' ? place : await place(page.context().request).catch(say);
  if (!path) return;
  await page.goto(path, { waitUntil: 'networkidle' });
  // A part that is fetched later still stands for itself.
  const waits = page.locator('[aria-busy=true]').first();
  await waits.waitFor({ state: 'detached', timeout: READY_MS }).catch(() => undefined);
  await act?.(page).catch(say);
  if (act) await page.waitForTimeout(500);
  const { width, height } = page.viewportSize();
  const whole = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width, height: Math.min(Math.max(height, whole), HEIGHT_MAX) });
  await page.screenshot({ path: `${folder}/${name}-${page.shown}.png` });
  await page.setViewportSize({ width, height });
}

await mkdir(folder, { recursive: true });
const browser = await launch();
for (const colorScheme of ['light', 'dark']) {
  for (const width of [1440, 390]) {
    const enter = async (login) => {
      const context = await browser.newContext({
        baseURL: url,
        colorScheme,
        reducedMotion: 'reduce',
        viewport: { width, height: width === 390 ? 844 : 900 },
      });
      const page = await context.newPage();
      page.shown = `${width}-${colorScheme}`;
      if (login) await signIn(page, login);
      return page;
    };
    await take(await enter(), 'sign-in', '/sign-in');
    const pages = { lena: await enter('lena') };
    const records = await recordPages(pages.lena.context().request);
    for (const [name, path] of [...PAGES, ...records]) await take(pages.lena, name, path);
    for (const [login, name, path, act] of ASIDES) {
      if (!name.includes(only)) continue;
      pages[login] ??= await enter(login);
      await take(pages[login], name, path, act);
    }
    for (const page of Object.values(pages)) await page.context().close();
  }
}
await browser.close();
