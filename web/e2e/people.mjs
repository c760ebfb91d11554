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

  async sees(path, text) {
    await this.page.goto(path, { waitUntil: 'networkidle' });
    await this.page.getByText(text).first().waitFor();
  }
}

export function window(from, to) {
  const at = (hours) => new Date(Date.now() + hours * HOUR).toISOString();
  return { start: at(from), end: at(to), zone: 'Europe/Amsterdam' };
}

export async function approvedChange(milo, approver, title, ci) {
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
