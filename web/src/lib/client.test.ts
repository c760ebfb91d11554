import { describe, expect, it, vi } from 'vitest';
import { get, queryText, send } from './client';
import { Problem } from './problem';

describe('the client', () => {
  it('leaves out filters that say nothing', () => {
    expect(queryText({ q: '', phase: 'draft', mine: true, team: undefined })).toBe(
      '?phase=draft&mine=true',
    );
    expect(queryText({})).toBe('');
  });

  it('sends the version and the idempotency key of a write', async () => {
    const fetched = vi.fn<(path: string, init: RequestInit) => Promise<Response>>();
    fetched.mockResolvedValue(new Response('{}'));
    vi.stubGlobal('fetch', fetched);
    await send('PATCH', '/releases/REL-1', { title: 'x' }, { version: 7, key: 'k1' });
    const [path, init] = fetched.mock.calls[0] ?? [];
    expect(path).toBe('/api/v1/releases/REL-1');
    expect(init?.headers).toMatchObject({ 'If-Match': '"7"', 'Idempotency-Key': 'k1' });
  });

  it('turns a refusal into a problem with its fields', async () => {
    const body = {
      code: 'release.incomplete',
      detail: 'Two things',
      errors: [{ pointer: '/owner' }],
    };
    vi.stubGlobal('fetch', async () => new Response(JSON.stringify(body), { status: 409 }));
    const problem = await get('/releases/REL-1').catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(Problem);
    expect(problem).toMatchObject({
      status: 409,
      code: 'release.incomplete',
      message: 'Two things',
    });
  });

  it('says so when the server cannot be reached or answers no JSON', async () => {
    vi.stubGlobal('fetch', async () => {
      throw new TypeError('failed');
    });
    await expect(get('/about')).rejects.toMatchObject({ status: 0, code: 'client.unreachable' });
    vi.stubGlobal('fetch', async () => new Response('<html>', { status: 502 }));
    await expect(get('/about')).rejects.toMatchObject({ status: 502, code: 'client.not_json' });
  });
});
