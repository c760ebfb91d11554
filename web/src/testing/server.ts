// A typed stand-in for the server: answers by method and path, and remembers what it was sent.
import { vi } from 'vitest';
import { EVERYWHERE } from './answers';

export interface Sent {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Headers;
  body: unknown;
}

export type Answer = unknown | ((sent: Sent) => unknown);

/** A refusal of the server, returned by an answer. */
export class Refuse {
  constructor(
    readonly status: number,
    readonly body: { code: string; detail: string; errors?: { pointer: string; detail: string }[] },
  ) {}
}

export function serve(answers: Record<string, Answer> = {}): Sent[] {
  const sent: Sent[] = [];
  const all: Record<string, Answer> = { ...EVERYWHERE, ...answers };
  vi.stubGlobal('fetch', async (input: string, init: RequestInit = {}) => {
    const url = new URL(input, 'http://interlock.test');
    const call: Sent = {
      method: init.method ?? 'GET',
      path: url.pathname.replace('/api/v1', ''),
      query: url.searchParams,
      headers: new Headers(init.headers),
      body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined,
    };
    sent.push(call);
    return respond(all[`${call.method} ${call.path}`], call);
  });
  return sent;
}

function respond(answer: Answer, call: Sent): Response {
  const given = typeof answer === 'function' ? answer(call) : answer;
  if (given === undefined) {
    const detail = `${call.method} ${call.path} is not served here`;
    return json(404, { status: 404, code: 'not_found', detail });
  }
  if (given instanceof Refuse) return json(given.status, { status: given.status, ...given.body });
  return json(200, given);
}

function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/json' },
  });
}

/** Questions with a body. */
const ASKED = ['/conflicts/check', '/models/proposal', '/plans'];

export function writes(sent: Sent[]): Sent[] {
  const asks = (path: string) => ASKED.includes(path) || path.endsWith('/preview');
  return sent.filter((call) => call.method !== 'GET' && !asks(call.path));
}
