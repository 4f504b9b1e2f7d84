import { describe, expect, test, vi } from 'vitest';
import { NetworkError } from '../../packages/client/src/errors.ts';
import { connect, streaming } from './support.ts';

const opened = async (change: Parameters<typeof connect>[0]): Promise<Parameters<Parameters<typeof connect>[1]>[0]> => {
  const made = connect(change, () => streaming().response);
  await made.until('opened');
  made.abort();
  const [call] = made.calls;
  if (!call) throw new Error('no request');
  return call;
};

describe('the request', () => {
  test('asks for an event stream, past every cache, without a header that would preflight', async () => {
    const [url, init] = await opened({});
    expect(url).toBe('https://server.test/events');
    expect([...init.headers]).toEqual([['accept', 'text/event-stream']]);
    expect(init).toMatchObject({ method: 'GET', cache: 'no-store', credentials: 'same-origin', redirect: 'manual' });
    expect(init.body).toBeUndefined();
  });

  test('a caller may ask for another type', async () => {
    const [, init] = await opened({ headers: { Accept: 'text/event-stream;v=2' } });
    expect(init.headers.get('accept')).toBe('text/event-stream;v=2');
  });

  test.each([
    [{ a: '1', b: 2, c: true, d: null, e: undefined, f: ['x', 'y', null] }, 'a=1&b=2&c=true&f=x&f=y'],
    [new URLSearchParams('a=1&a=2'), 'a=1&a=2'],
  ])('query %o', async (query, expected) => {
    const [url] = await opened({ url: 'https://server.test/events?kept=1', query });
    expect(url).toBe(`https://server.test/events?kept=1&${expected}`);
  });

  test.each([
    [{ header: true, query: undefined }, '7', undefined],
    [{ header: false, query: 'lastEventId' }, null, '7'],
    [{ header: true, query: 'cursor' }, '7', '7'],
    [{ header: false, query: undefined }, null, undefined],
  ])('the cursor by %o', async (resume, header, query) => {
    const [url, init] = await opened({ resume, lastEventId: '7' });
    expect(init.headers.get('last-event-id')).toBe(header);
    expect(new URL(url).searchParams.get(resume.query ?? 'lastEventId') ?? undefined).toBe(query);
  });

  test('no cursor, no header, no parameter', async () => {
    const [url, init] = await opened({ resume: { header: true, query: 'cursor' } });
    expect(init.headers.has('last-event-id')).toBe(false);
    expect(url).not.toContain('cursor');
  });

  test('a non-ASCII id goes as its UTF-8 bytes', async () => {
    const [, init] = await opened({ lastEventId: 'Grüße 世' });
    const bytes = Uint8Array.from(init.headers.get('last-event-id') ?? '', (character) => character.charCodeAt(0));
    expect(new TextDecoder().decode(bytes)).toBe('Grüße 世');
  });

  test('every part may be a function, sync or async', async () => {
    const [url, init] = await opened({
      method: () => 'post',
      headers: () => Promise.resolve({ authorization: 'Bearer t' }),
      query: () => ({ q: 1 }),
      body: () => Promise.resolve('{}'),
      credentials: () => 'include',
    });
    expect(url).toBe('https://server.test/events?q=1');
    expect(init).toMatchObject({ method: 'POST', body: '{}', credentials: 'include' });
    expect(init.headers.get('authorization')).toBe('Bearer t');
  });
});

describe('functions that give credentials', () => {
  test.each([401, 403])('after a %i they are asked once more, and the attempt is repeated', async (status) => {
    let token = 0;
    const headers = vi.fn(() => ({ authorization: `Bearer ${(token += 1)}` }));
    const made = connect({ headers }, ([, init]) =>
      init.headers.get('authorization') === 'Bearer 2' ? streaming().response : new Response('no', { status }),
    );
    await made.until('opened');
    expect(headers).toHaveBeenCalledTimes(2);
    made.abort();
  });

  test('a second refusal is final, and the first body was released', async () => {
    const refused = streaming();
    const headers = vi.fn(() => ({ authorization: 'Bearer old' }));
    const made = connect({ headers }, (_call, count) =>
      count === 1 ? new Response(refused.response.body, { status: 401 }) : new Response(null, { status: 401 }),
    );
    expect(await made.until('fatal')).toMatchObject({ error: { status: 401 } });
    await refused.cancelled;
    expect(headers).toHaveBeenCalledTimes(2);
    expect(made.calls).toHaveLength(2);
  });

  test('without a function a 401 is final at once', async () => {
    const made = connect({ headers: { authorization: 'x' } }, () => new Response(null, { status: 401 }));
    await made.until('fatal');
    expect(made.calls).toHaveLength(1);
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('no token');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no token'))],
    ['gives nonsense', () => ({ 'bad name': 'x' })],
  ])('one that %s is a failure to be retried', async (_name, headers) => {
    const made = connect({ headers }, () => streaming().response);
    const report = await made.until('failed');
    expect(report).toMatchObject({ error: expect.any(NetworkError) });
    expect(made.calls).toHaveLength(0);
  });
});
