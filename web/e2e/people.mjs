// People of the demonstration in browsers of their own, and what their stories share.
import assert from 'node:assert/strict';
import { signIn } from './browser.mjs';

const HOUR = 3_600_000;

/** Someone of the demonstration: a page, and the same session for what other tests prove. */
export class Person {
  static async enter(browser, url, login) {
    const context = await browser.newContext({
      baseURL: url,
      reducedMotion: 'reduce',
      viewport: { width: 1440, height: 1000 },
    });
    const person = new Person();
    person.page = await context.newPage();
    person.api = context.request;
    await signIn(person.page, login);
    return person;
  }

  async get(path) {
    const answer = await this.api.get(`/api/v1${path}`);
    assert.ok(answer.ok(), `${path}: ${await answer.text()}`);
    return answer.json();
  }

  async send(method, path, data, version = '*') {
    const headers = { 'If-Match': version };
    const answer = await this.api.fetch(`/api/v1${path}`, { method, data, headers });
    return { status: answer.status(), body: await answer.json() };
  }

  async done(method, path, data) {
    const { status, body } = await this.send(method, path, data);
    assert.equal(status, 200, `${method} ${path}: ${JSON.stringify(body)}`);
    return body;
  }

  async vote(path, verb, reason) {
    const [round] = (await this.get(path)).rounds;
    const vote = { round: round.number, content_hash: round.content_hash, reason };
    return this.send('POST', `${path}/${verb}`, vote);
  }

  leave() {
    return this.page.context().close();
  }

  open(path) {
    return this.page.goto(path, { waitUntil: 'networkidle' });
  }

  async sees(path, text) {
    await this.open(path);
    await this.page.getByText(text).first().waitFor();
  }

  /** The first button of that name, on the page itself. */
  press(name) {
    return this.page.getByRole('button', { name, exact: true }).first().click();
  }

  /** Opens a folded part of a form. */
  unfold(name) {
    return this.page.locator('summary').filter({ hasText: name }).first().click();
  }

  /** Presses a button that is shown although the verb is refused; answers the reason it gives. */
  async refusal(name) {
    const button = this.page.getByRole('button', { name, exact: true }).first();
    await button.and(this.page.locator('[aria-disabled=true]')).click({ force: true });
    const reason = this.page.getByRole('dialog');
    await reason.waitFor();
    return reason.textContent();
  }

  /** Fills what a dialog asks for, sends it, and waits until it is gone. */
  async answer(submit, fill = async () => {}) {
    const dialog = this.page.getByRole('dialog');
    await dialog.waitFor();
    await fill(dialog);
    await dialog.locator('form').getByRole('button', { name: submit, exact: true }).click();
    await dialog.waitFor({ state: 'hidden' });
  }

  /** Chooses in a list that opens below a field. */
  async choose(place, label, option) {
    await place.getByRole('combobox', { name: label }).first().click();
    await this.page.getByRole('option', { name: option }).first().click();
  }
}

/** A wall time as a field takes it. */
export function wall(instant, zone) {
  return instant.toLocaleString('sv-SE', { timeZone: zone }).slice(0, 16).replace(' ', 'T');
}

export function window(from, to) {
  const at = (hours) => new Date(Date.now() + hours * HOUR).toISOString();
  return { start: at(from), end: at(to), zone: 'Europe/Amsterdam' };
}

/** CIs of the test environment: what works there meets no maintenance window of the demonstration. */
export async function testCis(owner, story, count) {
  const names = Array.from({ length: count }, (_, at) => `${story}-${at + 1}`);
  for (const name of names) {
    await owner.done('POST', '/cis', { name, kind: 'server', environment: 'test' });
  }
  return names;
}

export async function approvedChange(milo, approver, title, ci, more = {}) {
  const fields = {
    title,
    type: 'normal',
    description: 'Replace the package.',
    reason: 'A defect is mended.',
    category: 'application',
    cis: [ci],
    environment: 'test',
    customer_impact: 'none',
    implementer: 'milo',
    implementation_plan: 'Install, restart.',
    test_plan: 'Ask for the version.',
    backout_plan: `Take ${title} back.`,
    backout_minutes: 10,
    ...more,
  };
  const { number } = await milo.done('POST', '/changes', fields);
  await milo.done('POST', `/changes/${number}/submit`, {});
  await milo.done('POST', `/changes/${number}/assess`, {});
  const { status, body } = await approver.vote(`/changes/${number}`, 'approve');
  assert.equal(status, 200, JSON.stringify(body));
  return number;
}

export async function until(holds, what) {
  for (let tried = 0; tried < 40; tried += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  assert.fail(`never came true: ${what}`);
}
