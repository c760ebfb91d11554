// The one way to the server. It adds the base path, the session cookie, `Idempotency-Key` and
// `If-Match`, and turns every refusal into a Problem.
import { Problem, type ProblemBody } from './problem';
import type { Written } from './schema';

const BASE = '/api/v1';

export type Query = Record<string, string | number | boolean | undefined | null>;

export interface SendOptions {
  /** The version the writer saw; the server refuses the write when it has moved on. */
  version?: number;
  /** One per intent: a retry of the same intent sends the same key. */
  key?: string;
}

export type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export function get<Answer>(path: string, query: Query = {}, signal?: AbortSignal) {
  return request<Answer>(path + queryText(query), { method: 'GET', signal });
}

export function send<Answer = Written>(
  method: Method,
  path: string,
  body?: unknown,
  options: SendOptions = {},
) {
  const headers: Record<string, string> = { 'Idempotency-Key': options.key ?? newKey() };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (options.version !== undefined) headers['If-Match'] = `"${options.version}"`;
  return request<Answer>(path, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

/** `crypto.randomUUID` exists in secure contexts only; a plain-http intranet is not one. */
export function newKey(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function queryText(query: Query): string {
  const pairs = Object.entries(query)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => [name, String(value)]);
  const text = new URLSearchParams(pairs).toString();
  return text === '' ? '' : `?${text}`;
}

async function request<Answer>(path: string, init: RequestInit): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(BASE + path, {
      ...init,
      credentials: 'same-origin',
      headers: { Accept: 'application/json', ...init.headers },
    });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new Problem(0, {
      code: 'client.unreachable',
      detail: 'The server cannot be reached. Check the connection, then try again.',
    });
  }
  const body: unknown = await readBody(response);
  if (!response.ok) throw new Problem(response.status, (body ?? {}) as ProblemBody);
  return body as Answer;
}

async function readBody(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(response.status, {
      code: 'client.not_json',
      detail: `The server answered ${response.status} with something that is not JSON.`,
    });
  }
}
