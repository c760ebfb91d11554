// What the browser tests share: Chromium as it must be started, signing in, the list of pages.
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

/** Every main page that a release manager reaches by its address. */
export const PAGES = [
  ['home', '/'],
  ['approvals', '/approvals'],
  ['exceptions', '/exceptions'],
  ['changes', '/changes'],
  ['change-new', '/changes/new'],
  ['releases', '/releases'],
  ['board', '/releases/board'],
  ['release-new', '/releases/new'],
  ['cab', '/cab'],
  ['calendar-month', '/calendar?view=month'],
  ['calendar-week', '/calendar?view=week'],
  ['calendar-timeline', '/calendar?view=timeline'],
  ['calendar-list', '/calendar?view=list'],
  ['calendar-fsc', '/calendar?view=list&list=fsc'],
  ['calendar-pso', '/calendar?view=list&list=pso'],
  ['deployments', '/deployments'],
  ['incidents', '/incidents'],
  ['reviews', '/reviews'],
  ['services', '/services'],
  ['cis', '/cis'],
  ['teams', '/teams'],
  ['audit', '/audit'],
  ['windows', '/settings/windows'],
  ['peaks', '/settings/peaks'],
  ['blackouts', '/settings/blackouts'],
  ['feeds', '/settings/feeds'],
  ['policy', '/settings/policy'],
  ['models', '/settings/models'],
  ['tokens', '/settings/tokens'],
];

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
