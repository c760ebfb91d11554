// Every page, in two widths, each light and dark: it has a heading, fits its width, says nothing on
// the console, and has no serious fault that axe can find. In the other colours nothing but their
// contrast is looked at again.
import assert from 'node:assert/strict';
import { PAGES, examine, recordPages, signIn } from './browser.mjs';

async function visit(browser, url, { width, colorScheme = 'light' }, check) {
  const context = await browser.newContext({
    baseURL: url,
    colorScheme,
    reducedMotion: 'reduce',
    viewport: { width, height: 900 },
  });
  const page = await context.newPage();
  const said = [];
  page.on('pageerror', (error) => said.push(error.message));
  await signIn(page, 'lena');
  for (const [name, path] of [...PAGES, ...(await recordPages(context.request))]) {
    await page.goto(path, { waitUntil: 'networkidle' });
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    await fits(page, name);
    await check(page, name);
    await dressed(page, OTHER[colorScheme]);
    await fits(page, name);
    await contrasts(page, `${name}, ${OTHER[colorScheme]}`);
    await dressed(page, colorScheme);
    assert.deepEqual(said, [], `${name} said something on the console`);
  }
  await context.close();
}

/** What moves for ever is not waited for. */
const SETTLE_MS = 500;
const OTHER = { light: 'dark', dark: 'light' };

/** Waits until the page wears some colours. */
async function dressed(page, colorScheme) {
  await page.emulateMedia({ colorScheme });
  await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
  // Colours on their way are neither of the two.
  await page.evaluate((most) => {
    const ends = Promise.allSettled(document.getAnimations().map((one) => one.finished));
    return Promise.race([ends, new Promise((over) => setTimeout(over, most))]);
  }, SETTLE_MS);
}

async function fits(page, name) {
  const [content, window] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  assert.ok(content <= window, `${name} is ${content} wide in ${window}`);
}

const contrasts = (page, name) => examine(page, name, ['color-contrast']);

export async function every_page_opens_and_fits_a_desk(browser, url) {
  await visit(browser, url, { width: 1440 }, examine);
}

export async function every_page_opens_and_fits_a_phone(browser, url) {
  await visit(browser, url, { width: 390, colorScheme: 'dark' }, examine);
}

export async function a_stranger_is_sent_to_the_sign_in_page(browser, url) {
  const page = await browser.newPage({ baseURL: url });
  await page.goto('/releases');
  await page.waitForURL(/sign-in/);
  await page.getByText('Lena Achterberg').first().waitFor();
  await page.close();
}
