// A change that touches as many CIs as the largest of the real records opens at once: the page asks
// for no more of them than it shows, shows one page of them until it is asked for more, and people
// wait for neither.
import assert from 'node:assert/strict';
import { Person, until } from './people.mjs';

const [CIS, CARRIED, PAGE] = [1_007, 100, 200];
/** How many are made at once. */
const AT_ONCE = 16;

const nameOf = (index) => `rack-${String(index).padStart(4, '0')}`;

async function took(act) {
  const since = Date.now();
  await act();
  return Date.now() - since;
}

export async function a_change_of_a_thousand_cis_opens_by_one_page_of_them(browser, url) {
  const grace = await Person.enter(browser, url, 'grace');
  const names = Array.from({ length: CIS }, (_, index) => nameOf(index));
  for (let at = 0; at < CIS; at += AT_ONCE) {
    const some = names.slice(at, at + AT_ONCE);
    await Promise.all(some.map((name) => grace.done('POST', '/cis', { name })));
  }
  const fields = { title: 'Recable the hall', type: 'normal', cis: names };
  const { number } = await grace.done('POST', '/changes', fields);
  const record = await grace.get(`/changes/${number}`);
  assert.deepEqual([record.cis.length, record.cis_total], [CARRIED, CIS]);

  const { page } = grace;
  const asked = [];
  page.on('request', (request) => {
    const { pathname, searchParams } = new URL(request.url());
    if (pathname.endsWith('/cis')) asked.push(searchParams.get('limit'));
  });
  const rows = page.locator('section ul > li').filter({ has: page.locator('a[title^=rack-]') });
  const opened = await took(async () => {
    await page.goto(`/changes/${number}`);
    await page.getByRole('heading', { name: 'Recable the hall' }).waitFor();
  });
  await page.waitForLoadState('networkidle');
  assert.deepEqual(asked, [], 'the page of the record asks for none of them');

  const listed = await took(async () => {
    await page.getByRole('link', { name: 'CIs', exact: true }).last().click();
    await page.getByText(`${PAGE} of ${CIS.toLocaleString('en')} loaded`).waitFor();
  });
  console.log(`        the page took ${opened} ms, its CIs ${listed} ms`);
  assert.equal(await rows.count(), PAGE);
  assert.deepEqual(asked, [String(PAGE)]);
  for (let shown = PAGE; shown < CIS; shown += PAGE) {
    await grace.press('Show more');
    const next = Math.min(shown + PAGE, CIS);
    await until(async () => (await rows.count()) === next, `${next} are shown`);
  }
  assert.equal(asked.length, Math.ceil(CIS / PAGE));
  const found = await rows.locator('a').allTextContents();
  assert.deepEqual(found.sort(), names);
  await grace.leave();
}
