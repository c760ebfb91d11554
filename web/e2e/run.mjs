// The browser tests: Chromium over the real program with its demonstration, started here.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch } from './browser.mjs';
import * as calendar from './calendar.mjs';
import * as cab from './cab.mjs';
import * as extension from './extension.mjs';
import * as pages from './pages.mjs';
import * as policy from './policy.mjs';
import * as release from './release.mjs';
import * as scope from './scope.mjs';
import * as slots from './slots.mjs';

const READY_TRIES = 240;

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function start(folder) {
  const program = process.env.INTERLOCK_BIN ?? '../target/debug/interlock';
  const listen = `127.0.0.1:${await freePort()}`;
  const child = spawn(program, ['demo', '--listen', listen, '--no-browser', '--folder', folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://${listen}`;
  for (let tried = 0; tried < READY_TRIES; tried += 1) {
    const ready = await fetch(`${url}/readyz`).catch(() => undefined);
    if (ready?.ok) return { child, url };
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  child.kill('SIGKILL');
  throw new Error('the demonstration did not become ready');
}

const folder = await mkdtemp(join(tmpdir(), 'interlock-e2e-'));
const { child, url } = await start(folder);
const browser = await launch();
let [passed, failed] = [0, 0];
try {
  const tests = [pages, extension, release, scope, slots, calendar, cab, policy].flatMap(
    Object.entries,
  );
  for (const [name, test] of tests) {
    try {
      await test(browser, url);
      passed += 1;
      console.log(`ok      ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED  ${name}\n${error.stack}`);
    }
  }
} finally {
  await browser.close();
  child.kill('SIGTERM');
  await rm(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
