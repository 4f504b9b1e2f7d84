import { describe, expect, test } from 'vitest';
import { decide } from '../../packages/server/src/authorize.ts';
import type { Authorize, StreamRequest } from '../../packages/server/src/grant.ts';
import { createTestEnvironment } from './support.ts';

const request: StreamRequest = {
  method: 'GET',
  url: new URL('http://test/events'),
  headers: new Headers(),
  native: undefined,
};

const answering =
  (answer: unknown): Authorize =>
  () =>
    answer as null;

async function decided(authorize: Authorize) {
  const environment = createTestEnvironment();
  const decision = await decide(authorize, request, 1_000, environment);
  return { decision, environment, status: decision instanceof Response ? decision.status : undefined };
}

describe('a function that fails lets nobody in (S31)', () => {
  test.each<[string, Authorize]>([
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
    ['rejects with nothing', () => Promise.reject(undefined)],
  ])('it %s: 503, and it is reported', async (_what, authorize) => {
    const { decision, environment, status } = await decided(authorize);
    expect(status).toBe(503);
    expect((decision as Response).headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    expect(environment.reports).toHaveLength(1);
    expect(environment.reports[0]?.[0]).toBe('options.authorize');
    expect(await (decision as Response).text()).not.toContain('broken');
    expect(environment.pending).toBe(0);
  });

  test('it hangs: 503 after a time, and its late answer lets nobody in', async () => {
    const environment = createTestEnvironment();
    let answer = (_grant: object): void => {};
    const decision = decide(() => new Promise((resolve) => (answer = resolve)), request, 1_000, environment);
    await environment.advance(999);
    expect(environment.reports).toHaveLength(0);
    await environment.advance(1);
    answer({});
    expect(await decision).toMatchObject({ status: 503 });
    expect(String(environment.reports[0]?.[1])).toBe(
      'Error: options.authorize: expected an answer within 1000 ms, got none',
    );
    expect(environment.pending).toBe(0);
  });

  test('it hangs and rejects too late: nothing is left unhandled', async () => {
    const environment = createTestEnvironment();
    let refuse = (_error: Error): void => {};
    const decision = decide(() => new Promise((_, reject) => (refuse = reject)), request, 1_000, environment);
    await environment.advance(1_000);
    refuse(new Error('late'));
    await environment.settle();
    expect(await decision).toMatchObject({ status: 503 });
    expect(environment.reports).toHaveLength(1);
  });
});

describe('an answer that is no grant lets nobody in', () => {
  test.each([[null], [undefined], [false]])('%s: 403, which is an answer', async (answer) => {
    const { environment, status } = await decided(answering(answer));
    expect(status).toBe(403);
    expect(environment.reports).toHaveLength(0);
  });

  test.each<[string, unknown, string]>([
    ['true', true, 'options.authorize: expected a grant, a Response or null, got true'],
    ['a text', 'alice', 'options.authorize: expected a grant, a Response or null, got "alice"'],
    ['a list', [], 'options.authorize: expected a grant, a Response or null, got object'],
    ['a map', new Map(), 'options.authorize: expected a grant, a Response or null, got object'],
    ['a date', new Date(0), 'options.authorize: expected a grant, a Response or null, got object'],
    [
      'a user',
      new (class User {
        #channels = [];
        get channels() {
          return this.#channels;
        }
      })(),
      'options.authorize: expected a grant, a Response or null, got object',
    ],
    [
      'a misspelled part',
      { channel: ['a'] },
      'options.authorize: the grant: expected channels, clientId, expiresAt, credential, retryMs, got "channel"',
    ],
    ['one channel', { channels: 'a' }, 'options.authorize: channels: expected a list of patterns, got "a"'],
    [
      'no pattern',
      { channels: ['a', 'b*'] },
      'options.authorize: channels[1]: expected a name, or a pattern such as "orders.*" or "*", got "b*"',
    ],
    [
      '1,001 channels',
      { channels: Array(1_001).fill('a') },
      'options.authorize: channels: expected at most 1000, got 1001',
    ],
    ['null for channels', { channels: null }, 'options.authorize: channels: expected a list of patterns, got null'],
    [
      'an empty client id',
      { clientId: '' },
      'options.authorize: clientId: expected 1 to 256 printable ASCII characters without a blank at either end, got another string',
    ],
    [
      'a client id with a line break',
      { clientId: 'secret\n' },
      'options.authorize: clientId: expected 1 to 256 printable ASCII characters without a blank at either end, got another string',
    ],
    [
      'a number as client id',
      { clientId: 7 },
      'options.authorize: clientId: expected 1 to 256 printable ASCII characters without a blank at either end, got 7',
    ],
    [
      'a number as credential',
      { credential: 7 },
      'options.authorize: credential: expected 1 to 256 printable ASCII characters without a blank at either end, got 7',
    ],
    [
      'an end that is no time',
      { expiresAt: Number.NaN },
      'options.authorize: expiresAt: expected milliseconds since the epoch, got NaN',
    ],
    [
      'an end that never comes',
      { expiresAt: Infinity },
      'options.authorize: expiresAt: expected milliseconds since the epoch, got Infinity',
    ],
    [
      'an end as a text',
      { expiresAt: '2027-01-01' },
      'options.authorize: expiresAt: expected milliseconds since the epoch, got "2027-01-01"',
    ],
    ['half a millisecond', { retryMs: 0.5 }, 'options.authorize: retryMs: expected whole 0..300000, got 0.5'],
    ['a retry of a day', { retryMs: 86_400_000 }, 'options.authorize: retryMs: expected whole 0..300000, got 86400000'],
    ['a retry as a text', { retryMs: '1' }, 'options.authorize: retryMs: expected whole 0..300000, got "1"'],
    [
      'a response that is none',
      new Response('hello'),
      'options.authorize: expected a response with status 204 or 300..599, or a grant, got status 200',
    ],
    [
      'a failed response',
      Response.error(),
      'options.authorize: expected a response with status 204 or 300..599, or a grant, got status 0',
    ],
  ])('%s: 503, and it is reported', async (_what, answer, message) => {
    const { environment, status } = await decided(answering(answer));
    expect(status).toBe(503);
    expect(environment.reports).toEqual([['options.authorize', new TypeError(message)]]);
  });

  test('a response that was used before cannot be sent again', async () => {
    const used = new Response('no', { status: 403 });
    await used.text();
    const { environment, status } = await decided(answering(used));
    expect(status).toBe(503);
    expect(String(environment.reports[0]?.[1])).toContain('a response of its own for each request');
  });
});

describe('a grant', () => {
  test.each([
    {},
    { channels: [] },
    { channels: ['a', 'b.*', '*'] },
    { clientId: 'alice', credential: 'key-1', retryMs: 0, expiresAt: Date.UTC(2026, 0, 2) },
    { clientId: undefined, expiresAt: undefined, credential: undefined, retryMs: undefined },
    Object.assign(Object.create(null) as object, { channels: ['a'] }),
  ])('%j is one', async (grant) => {
    const { decision, environment } = await decided(answering(grant));
    expect(decision).toEqual({ ...grant });
    expect(environment.reports).toHaveLength(0);
    expect(environment.pending).toBe(0);
  });

  test('may come later, and is asked for with the request itself', async () => {
    const seen: StreamRequest[] = [];
    const { decision } = await decided(async (given) => {
      seen.push(given);
      await Promise.resolve();
      return { clientId: 'alice' };
    });
    expect(decision).toEqual({ clientId: 'alice' });
    expect(seen).toEqual([request]);
  });

  test('is a copy: who gave it cannot widen it afterwards', async () => {
    const grant = { channels: ['a'] };
    const { decision } = await decided(answering(grant));
    grant.channels.push('*');
    expect(decision).toEqual({ channels: ['a'] });
    expect(Object.isFrozen(decision)).toBe(true);
  });

  test.each([
    [-1, 401],
    [0, 401],
    [1, undefined],
  ])('that ends in %s ms: %s (S21)', async (ms, expected) => {
    const { now } = createTestEnvironment();
    const { decision, environment, status } = await decided(answering({ expiresAt: now() + ms }));
    expect(status).toBe(expected);
    if (expected) expect((decision as Response).headers.get('www-authenticate')).toContain('invalid_token');
    expect(environment.reports).toHaveLength(0);
  });
});

test.each([204, 302, 401, 403, 418, 429, 503])('a response with %s is passed on as it is', async (status) => {
  const response = new Response(null, { status, headers: { 'x-reason': 'mine' } });
  const { decision, environment } = await decided(answering(response));
  expect(decision).toBe(response);
  expect(environment.reports).toHaveLength(0);
});

test('channels that are given and are not there are refused, not taken for all of them', async () => {
  const { status, environment } = await decided(answering({ channels: undefined }));
  expect(status).toBe(503);
  expect(String(environment.reports[0]?.[1])).toContain('channels');
});
