import { describe, expect, test } from 'vitest';
import { VirtualTime } from '../support/virtual-time.ts';
import { connect, streaming } from './support.ts';

const to = (location: string, status = 307): Response => new Response(null, { status, headers: { location } });
/** What a browser shows of a redirect that it was told not to follow. */
const opaque = (): Response =>
  ({ type: 'opaqueredirect', status: 0, headers: new Headers(), body: null, url: '' }) as Response;
const secret = { 'x-api-key': 'secret', 'accept-language': 'de' };

describe('redirects', () => {
  test('are followed by hand, and every header stays within the origin', async () => {
    const made = connect(
      { headers: secret, lastEventId: '7' },
      (_call, count) => [to('/a'), to('b?c'), streaming().response][count - 1] as Response,
    );
    await made.until('opened');
    expect(made.calls.map(([url]) => url)).toEqual([
      'https://server.test/events',
      'https://server.test/a',
      'https://server.test/b?c',
    ]);
    for (const [, init] of made.calls) expect(init.headers.get('x-api-key')).toBe('secret');
    expect(made.reports[0]).toMatchObject({ type: 'opened', info: { status: 200 } });
  });

  test('take no header of the caller to another origin, not even back again; the cursor goes along', async () => {
    const made = connect(
      { headers: { ...secret, authorization: 'x' }, lastEventId: '7' },
      (_call, count) =>
        [to('https://other.test/'), to('https://server.test/'), streaming().response][count - 1] as Response,
    );
    await made.until('opened');
    for (const [, init] of made.calls.slice(1)) {
      expect([...init.headers]).toEqual([
        ['accept', 'text/event-stream'],
        ['last-event-id', '7'],
      ]);
    }
  });

  test.each([
    [301, 'POST', 'GET', undefined],
    [302, 'POST', 'GET', undefined],
    [303, 'POST', 'GET', undefined],
    [303, 'PUT', 'GET', undefined],
    [301, 'PUT', 'PUT', 'x'],
    [307, 'POST', 'POST', 'x'],
    [308, 'POST', 'POST', 'x'],
  ])('%i makes %s a %s', async (status, method, after, body) => {
    const made = connect({ method, body: 'x', headers: secret }, (_call, count) =>
      count === 1 ? to('/next', status) : streaming().response,
    );
    await made.until('opened');
    expect(made.calls[1]?.[1]).toMatchObject({ method: after, ...(body ? { body } : {}) });
    expect(made.calls[1]?.[1].body).toBe(body);
  });

  test('a body that goes to another origin keeps its type', async () => {
    const headers = { ...secret, 'content-type': 'application/json' };
    const made = connect({ method: 'POST', body: '{}', headers }, (_call, count) =>
      count === 1 ? to('https://other.test/') : streaming().response,
    );
    await made.until('opened');
    expect([...(made.calls[1]?.[1].headers.keys() ?? [])]).toEqual(['accept', 'content-type']);
  });

  test.each([
    ['to nowhere', () => new Response(null, { status: 302 })],
    ['to something that is no URL', () => to('http://[')],
    ['from https to http', () => to('http://server.test/')],
    ['to a URL with a password', () => to('https://user:hunter2@server.test/')],
    ['to a data URL', () => to('data:text/event-stream,data:x')],
    ['for ever', () => to('/events')],
  ])('%s end with an HttpError', async (name, answer) => {
    const made = connect({ headers: secret }, answer);
    expect(await made.until('fatal')).toMatchObject({ error: { code: 'http' } });
    expect(made.calls).toHaveLength(name === 'for ever' ? 11 : 1);
  });

  test('hidden by a browser: refused where a header could leak, left to it where it strips what matters', async () => {
    const browser = new VirtualTime();
    const refused = connect({ headers: secret }, opaque, browser, true);
    expect(await refused.until('fatal')).toMatchObject({ error: { message: expect.stringContaining('x-api-key') } });
    for (const headers of [{ authorization: 'x' }, { 'accept-language': 'de' }, {}]) {
      const followed = connect({ headers }, () => streaming().response, browser, true);
      await followed.until('opened');
      expect(followed.calls.map(([, init]) => init.redirect)).toEqual(['follow']);
    }
  });

  test("redirect: 'error' refuses any, shown or hidden; 'follow' leaves all to the platform", async () => {
    for (const answer of [() => to('/next'), opaque]) {
      const made = connect({ redirect: 'error' }, answer);
      expect(await made.until('fatal')).toMatchObject({ error: { code: 'http' } });
    }
    const made = connect({ redirect: 'follow', headers: secret }, () => streaming().response);
    await made.until('opened');
    expect(made.calls[0]?.[1].redirect).toBe('follow');
  });
});
