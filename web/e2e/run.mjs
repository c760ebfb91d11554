// The browser tests: Chromium over the real program with its demonstration, started here. All of
// them on SQLite; those that write most on PostgreSQL too, where there is a cluster.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as absence from './absence.mjs';
import * as audit from './audit.mjs';
import { launch } from './browser.mjs';
import * as calendar from './calendar.mjs';
import * as cab from './cab.mjs';
import * as extension from './extension.mjs';
import * as feeds from './feeds.mjs';
import * as hostile from './hostile.mjs';
import * as knowledge from './knowledge.mjs';
import * as many from './many.mjs';
import * as notices from './notices.mjs';
import * as order from './order.mjs';
import * as pages from './pages.mjs';
import * as policy from './policy.mjs';
import * as release from './release.mjs';
import * as report from './report.mjs';
import * as runPage from './run-page.mjs';
import * as scope from './scope.mjs';
import * as slots from './slots.mjs';
import * as windows from './window.mjs';

const READY_TRIES = 240;

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Starts a demonstration that is kept in a place, which the arguments name. */
async function start(place) {
  const program = process.env.INTERLOCK_BIN ?? '../target/debug/interlock';
  const listen = `127.0.0.1:${await freePort()}`;
  const child = spawn(program, ['demo', '--listen', listen, '--no-browser', ...place], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://${listen}`;
  for (let tried = 0; tried < READY_TRIES && child.exitCode === null; tried += 1) {
    const ready = await fetch(`${url}/readyz`).catch(() => undefined);
    if (ready?.ok) return { child, url };
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  child.kill('SIGKILL');
  throw new Error('the demonstration did not become ready');
}

/** A server lets go of its database before that goes away. */
function stop(child) {
  if (child.exitCode !== null) return undefined;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  return ended;
}

const folder = await mkdtemp(join(tmpdir(), 'interlock-e2e-'));
// The demonstration has one release that is being deployed: who asks about it comes first.
const onBoth = [
  extension,
  audit,
  release,
  runPage,
  scope,
  slots,
  calendar,
  cab,
  absence,
  order,
  feeds,
  policy,
  knowledge,
  report,
  many,
  windows,
  notices,
];
const runs = [
  {
    on: 'sqlite',
    place: ['--folder', folder],
    files: [pages, ...onBoth, hostile],
  },
];
const postgres = process.env.INTERLOCK_TEST_PG;
if (postgres) {
  runs.push({ on: 'postgres', place: ['--database', postgres], files: onBoth });
} else if (process.env.CI === 'true') {
  throw new Error('INTERLOCK_TEST_PG is not set, and with CI=true nothing is skipped');
} else {
  console.log('!! SKIPPED on PostgreSQL: run this under scripts/with-postgres');
}

// Those with a word in their names, or all.
const word = process.argv[2] ?? '';
const browser = await launch();
let [passed, failed] = [0, 0];

async function play(on, url, [name, test]) {
  const from = Date.now();
  try {
    await test(browser, url);
    passed += 1;
    console.log(`ok      ${on}: ${name} (${((Date.now() - from) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${on}: ${name}\n${error.stack}`);
  }
  // What it left open asks the server no more.
  await Promise.all(browser.contexts().map((context) => context.close()));
}

for (const { on, place, files } of runs) {
  const tests = files.flatMap(Object.entries).filter(([name]) => name.includes(word));
  const { child, url } = await start(place);
  try {
    for (const test of tests) await play(on, url, test);
  } finally {
    await stop(child);
  }
}
await browser.close();
await rm(folder, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
