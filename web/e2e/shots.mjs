// Takes a picture of every main page, in two widths, light and dark, for people to look at:
// `node e2e/shots.mjs http://127.0.0.1:7420 folder`.
import { mkdir } from 'node:fs/promises';
import { PAGES, launch, signIn } from './browser.mjs';

const [url = 'http://127.0.0.1:7420', folder = 'shots', only] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const browser = await launch();
for (const colorScheme of ['light', 'dark']) {
  for (const width of [1440, 390]) {
    const context = await browser.newContext({
      baseURL: url,
      colorScheme,
      viewport: { width, height: width === 390 ? 844 : 900 },
    });
    const page = await context.newPage();
    await signIn(page, 'lena');
    for (const [name, path] of PAGES) {
      if (only !== undefined && !name.includes(only)) continue;
      await page.goto(path, { waitUntil: 'networkidle' });
      await page.screenshot({ path: `${folder}/${name}-${width}-${colorScheme}.png` });
    }
    await context.close();
  }
}
await browser.close();
