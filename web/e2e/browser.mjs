// What the browser tests share: Chromium as it must be started, signing in, the list of pages.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const PASSWORD = 'interlock-demo';

/** Ways to look at a page that differ enough to be pages of their own. */
const VIEWS = [
  ['calendar-month', '/calendar?view=month'],
  ['calendar-week', '/calendar?view=week'],
  ['calendar-timeline', '/calendar?view=timeline'],
  ['calendar-list', '/calendar?view=list'],
  ['calendar-fsc', '/calendar?view=list&list=fsc'],
  ['calendar-pso', '/calendar?view=list&list=pso'],
];

/** Every page that is reached by its address alone: the routes inside that need no parameter. */
const routes = readFileSync(new URL('../src/app/routes.tsx', import.meta.url), 'utf8');
const ADDRESSES = [...routes.matchAll(/ page\(\s*'([^'$]+)'/g)].map(([, path]) => path);

export const PAGES = ADDRESSES.map((path) => [path.slice(1).replaceAll('/', '-') || 'home', path])
  .filter(([name]) => name !== 'calendar')
  .concat(VIEWS);

const RELEASE_TABS =
  'overview scope readiness plan approvals conflicts run notices talk review history'.split(' ');
const CHANGE_TABS = 'overview plans risk approvals conflicts cis tasks discussion history'.split(
  ' ',
);

/** The pages of single records: the first of each list, and a release and a change by tab. */
export async function recordPages(request) {
  const first = async (list) => {
    const answer = await request.get(`/api/v1${list}`);
    const [row] = (await answer.json()).items;
    return row && (row.number ?? row.id);
  };
  const pages = [
    ['figure', '/reports/request_lead_time'],
    ['figure-by-team', '/reports/change_success_rate?by=team'],
  ];
  const add = async (name, list, path = list.split('?')[0]) => {
    const record = await first(list);
    if (record) pages.push([name, `${path}/${record}`]);
    return record;
  };
  for (const phase of ['planning', 'approval', 'deployment', 'closed']) {
    const record = await add(`release-${phase}`, `/releases?phase=${phase}&limit=1`);
    if (record) pages.push([`release-${phase}-summary`, `/releases/${record}/summary`]);
  }
  const release = await first('/releases?phase=approval&limit=1');
  for (const tab of RELEASE_TABS) pages.push([`release-${tab}`, `/releases/${release}/${tab}`]);
  const change = await first('/changes?type=normal&limit=1');
  for (const tab of CHANGE_TABS) pages.push([`change-${tab}`, `/changes/${change}/${tab}`]);
  const deployed = await request.get('/api/v1/deployments?state=running&limit=1');
  const carried = (await deployed.json()).items[0]?.release.number;
  if (carried) {
    pages.push(['deployment', `/deployments/${carried}`]);
    pages.push(['way-back', `/deployments/${carried}/back`]);
  }
  await add('meeting', '/meetings?limit=1', '/cab');
  await add('incident', '/incidents?limit=1');
  await add('review', '/reviews?limit=1');
  await add('article', '/knowledge?limit=1');
  await add('service', '/services?limit=1');
  await add('ci', '/cis?limit=1');
  return pages;
}

/** That axe finds nothing grave on a page as it stands, by all of its rules or by some. */
export async function examine(page, name, rules) {
  const axe = new AxeBuilder({ page });
  const found = await (rules ? axe.withRules(rules) : axe).analyze();
  const faults = found.violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
  const words = faults.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
  assert.deepEqual(words, [], `axe on ${name}`);
}

export function launch() {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: ARGUMENTS });
}

/** Signs a person of the demonstration in through the page. */
export async function signIn(page, login) {
  await page.goto('/sign-in');
  await page.getByLabel(/login/i).first().fill(login);
  await page
    .getByLabel(/password/i)
    .first()
    .fill(PASSWORD);
  await page
    .getByRole('button', { name: /^sign in/i })
    .first()
    .click();
  await page.waitForURL((address) => !address.pathname.startsWith('/sign-in'));
}
