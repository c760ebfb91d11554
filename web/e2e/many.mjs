// The largest of the bank's real changes, which touches 1,007 CIs, is imported over the API and opens
// at once: the page asks for no more of them than it shows, and shows one page of them until it is
// asked for more.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { Person, realRecords, until } from './people.mjs';

const [CIS, CARRIED, PAGE] = [1_007, 100, 200];
/** Its number in the bank's system. */
const SOURCE = 'C00001707';

/** The rows of that change, with the header; nothing where the real records are not. */
async function rows() {
  const text = await realRecords('bpi2014/Detail_Change_closed_2013-10.csv', 'latin1');
  if (text === undefined) return undefined;
  const [header, ...lines] = text.split('\n');
  return [header, ...lines.filter((line) => line.includes(`;${SOURCE};`))];
}

async function took(act) {
  const since = Date.now();
  await act();
  return Date.now() - since;
}

export async function a_real_change_of_a_thousand_cis_opens_by_one_page_of_them(browser, url) {
  const lines = await rows();
  if (lines === undefined) return;
  const admin = await Person.enter(browser, url, 'ines');
  const imported = await admin.api.post('/api/v1/imports?mapping=bpi2014-changes', {
    headers: { 'Content-Type': 'text/csv' },
    data: Buffer.from(lines.join('\n'), 'latin1'),
  });
  assert.ok(imported.ok(), await imported.text());
  const record = await admin.get(`/changes/${SOURCE}`);
  assert.deepEqual([record.cis.length, record.cis_total], [CARRIED, CIS]);

  const { page } = admin;
  const asked = [];
  page.on('request', (request) => {
    const { pathname, searchParams } = new URL(request.url());
    if (pathname.endsWith('/cis')) asked.push(searchParams.get('limit'));
  });
  const shown = page.locator('section ul > li').filter({ has: page.locator('a[href*="/cis/"]') });
  const opened = await took(async () => {
    await page.goto(`/changes/${record.number}`);
    await page.getByRole('heading', { name: record.title }).waitFor();
  });
  assert.ok((await page.getByText(SOURCE).count()) > 0, 'its number in the source stands there');
  await page.waitForLoadState('networkidle');
  assert.deepEqual(asked, [], 'the page of the record asks for none of them');

  const listed = await took(async () => {
    await page.getByRole('link', { name: 'CIs', exact: true }).last().click();
    await page.getByText(`${PAGE} of ${CIS.toLocaleString('en')} loaded`).waitFor();
  });
  console.log(`        the page took ${opened} ms, its CIs ${listed} ms`);
  assert.equal(await shown.count(), PAGE);
  assert.deepEqual(asked, [String(PAGE)]);
  for (let loaded = PAGE; loaded < CIS; loaded += PAGE) {
    await admin.press('Show more');
    const next = Math.min(loaded + PAGE, CIS);
    await until(async () => (await shown.count()) === next, `${next} are shown`);
  }
  assert.equal(asked.length, Math.ceil(CIS / PAGE));
  const names = new Set(lines.slice(1).map((line) => line.split(';')[0]));
  assert.equal(names.size, CIS);
  assert.deepEqual(new Set(await shown.locator('a').allTextContents()), names);
  await admin.leave();
}
