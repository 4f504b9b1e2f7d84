import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type ApiKey, type ApiKeyRing, apiKeys, generateKey, hashKey } from '../../packages/server/src/auth/index.ts';
import { decide } from '../../packages/server/src/authorize.ts';
import type { StreamRequest } from '../../packages/server/src/grant.ts';
import type { KeyRing } from '../../packages/server/src/http/access.ts';
import { createTestEnvironment } from './support.ts';

const SECRET = 'ps_the-one-that-is-good-0123456789';
const OTHER = 'ps_another-one-that-is-good-012345';

function request(headers: Record<string, string> = {}, query = ''): StreamRequest {
  return {
    method: 'GET',
    url: new URL(`http://test/events${query}`),
    headers: new Headers(headers),
    native: undefined,
  };
}

const bearer = (secret: string): StreamRequest => request({ authorization: `Bearer ${secret}` });

/** What a request gets: a status, or the grant. */
function answer(keys: ApiKeyRing, given: StreamRequest): unknown {
  const answered = keys.authorize(given);
  return answered instanceof Response ? answered.status : answered;
}

const everything = { channels: ['*'], clientId: undefined, expiresAt: undefined };

describe('without a good key', () => {
  const keys = apiKeys([{ id: 'main', secret: SECRET }]);

  test.each<[string, StreamRequest, string]>([
    ['no key', request(), 'Bearer realm="pushstream"'],
    ['an empty one', request({ authorization: 'Bearer ' }), 'Bearer realm="pushstream"'],
    ['an empty header', request({ 'x-api-key': '' }), 'Bearer realm="pushstream"'],
    ['another scheme', request({ authorization: `Basic ${SECRET}` }), 'Bearer realm="pushstream"'],
    [
      'the key in a place that was not asked for',
      request({ cookie: `key=${SECRET}` }, `?apikey=${SECRET}`),
      'Bearer realm="pushstream"',
    ],
    ['a wrong key', bearer('x'.repeat(34)), 'Bearer realm="pushstream", error="invalid_token"'],
    ['a part of the key', bearer(SECRET.slice(0, -1)), 'Bearer realm="pushstream", error="invalid_token"'],
    ['the key and more', bearer(`${SECRET}x`), 'Bearer realm="pushstream", error="invalid_token"'],
    ['its hash', bearer(hashKey(SECRET)), 'Bearer realm="pushstream", error="invalid_token"'],
    ['its id', bearer('main'), 'Bearer realm="pushstream", error="invalid_token"'],
    [
      'the key twice',
      request({ authorization: `Bearer ${SECRET}, Bearer ${SECRET}` }),
      'Bearer realm="pushstream", error="invalid_token"',
    ],
    ['1 MiB', bearer('x'.repeat(1_048_576)), 'Bearer realm="pushstream", error="invalid_token"'],
    ['a name that every object has', bearer('__proto__'), 'Bearer realm="pushstream", error="invalid_token"'],
  ])('%s: 401', async (_what, given, challenge) => {
    const answered = keys.authorize(given);
    if (!(answered instanceof Response)) throw new Error('expected a refusal');
    expect(answered.status).toBe(401);
    expect(answered.headers.get('www-authenticate')).toBe(challenge);
    expect(answered.headers.get('cache-control')).toBe('no-store');
    expect(await answered.text()).not.toContain(SECRET);
    expect(keys.publisher(given)).toBeUndefined();
  });

  test('no keys at all: nobody is let in', () => {
    expect(answer(apiKeys([]), bearer(SECRET))).toBe(401);
    expect(answer(apiKeys([]), bearer(''))).toBe(401);
  });

  test.each([
    [-1, 401],
    [0, 401],
    [1, undefined],
  ])('a key that ends in %s ms: %s (S21)', (ms, status) => {
    const environment = createTestEnvironment();
    const expiresAt = environment.now() + ms;
    const ring = apiKeys([{ id: 'main', secret: SECRET, expiresAt }], { environment });
    expect(answer(ring, bearer(SECRET))).toEqual(status ?? { ...everything, expiresAt, credential: 'main' });
    expect(ring.publisher(bearer(SECRET)) === undefined).toBe(status !== undefined);
  });
});

describe('where a key is read', () => {
  test.each<[string, StreamRequest]>([
    ['a Bearer', bearer(SECRET)],
    ['a bearer in small letters', request({ authorization: `bearer   ${SECRET} ` })],
    ['X-API-Key', request({ 'x-api-key': SECRET })],
    [
      'X-API-Key, behind a proxy with a scheme of its own',
      request({ authorization: 'Basic YTpi', 'x-api-key': SECRET }),
    ],
    ['a cookie', request({ cookie: `theme=dark; stream-key=${SECRET}; x=y` })],
    ['a cookie in quotes', request({ cookie: `stream-key="${SECRET}"` })],
    ['the query', request({}, `?channel=a&apikey=${SECRET}`)],
  ])('%s', (_what, given) => {
    const keys = apiKeys([{ id: 'main', secret: SECRET }], { cookie: 'stream-key', query: true });
    expect(answer(keys, given)).toEqual({ ...everything, credential: 'main' });
  });

  test.each(['xstream-key=', 'stream-keys=', 'a=stream-key=', 'stream-key '])('not in a cookie %j', (start) => {
    const keys = apiKeys([SECRET], { cookie: 'stream-key' });
    expect(answer(keys, request({ cookie: `${start}${SECRET}` }))).toBe(401);
  });

  test('what comes first counts: a wrong header is not mended by a query', () => {
    const keys = apiKeys([SECRET], { query: true });
    expect(answer(keys, request({ authorization: 'Bearer wrong' }, `?apikey=${SECRET}`))).toBe(401);
  });

  test('a cookie never publishes: a foreign page could make a browser send it (S13)', () => {
    const keys = apiKeys([SECRET], { cookie: 'stream-key', query: true });
    const given = request({ cookie: `stream-key=${SECRET}` });
    expect(answer(keys, given)).toMatchObject({ channels: ['*'] });
    expect(keys.publisher(given)).toBeUndefined();
    expect(keys.publisher(request({}, `?apikey=${SECRET}`))).toBeDefined();
  });
});

describe('scopes', () => {
  const scopes: Array<[string, ApiKey['scopes'], unknown, Record<string, boolean>]> = [
    ['none said', undefined, ['*'], { a: true, '*': true }],
    ['nothing', {}, 403, { a: false, '*': false }],
    ['reading', { subscribe: ['orders.*'] }, ['orders.*'], { 'orders.42': false }],
    [
      'publishing',
      { publish: ['orders.*', 'news'] },
      403,
      { 'orders.42': true, news: true, secrets: false, 'orders.*': true, '*': false },
    ],
    ['empty lists', { publish: [], subscribe: [] }, 403, { a: false }],
  ];

  test.each(scopes)('%s', (_what, given, expected, publishing) => {
    const keys = apiKeys([{ id: 'main', secret: SECRET, scopes: given }]);
    const answered = answer(keys, bearer(SECRET));
    if (typeof expected === 'number') expect(answered).toBe(expected);
    else expect(answered).toMatchObject({ channels: expected, credential: 'main' });
    const key = keys.publisher(bearer(SECRET));
    if (!key) throw new Error('expected a key');
    for (const [channel, may] of Object.entries(publishing)) expect(keys.mayPublish(key, channel), channel).toBe(may);
  });

  test('a key that may read nothing is told so', () => {
    const answered = apiKeys([{ id: 'main', secret: SECRET, scopes: {} }]).authorize(bearer(SECRET));
    expect((answered as Response).headers.get('www-authenticate')).toContain('insufficient_scope');
  });

  test('the server takes its grants', async () => {
    const environment = createTestEnvironment();
    const expiresAt = environment.now() + 1_000;
    const key = { id: 'main', secret: SECRET, expiresAt, clientId: 'alice', scopes: { subscribe: ['a'] } };
    const { authorize } = apiKeys([key], { environment });
    expect(await decide(authorize, bearer(SECRET), 1_000, environment)).toEqual({
      channels: ['a'],
      clientId: 'alice',
      expiresAt,
      credential: 'main',
    });
    expect(environment.reports).toEqual([]);
  });

  test('the HTTP API takes it as it is', () => {
    const ring: KeyRing = apiKeys([SECRET]);
    expect(ring.publisher(bearer(SECRET))).toMatchObject({ fingerprint: expect.stringMatching(/^[\w-]{6}$/) });
  });
});

describe('rotation', () => {
  test('two keys are good until the older one is removed, which is told so that its streams end', () => {
    const removed: string[] = [];
    const keys = apiKeys([{ id: 'old', secret: SECRET }], { removed: (id) => void removed.push(id) });
    keys.add({ id: 'new', hash: hashKey(OTHER) });
    expect(answer(keys, bearer(SECRET))).toMatchObject({ credential: 'old' });
    expect(answer(keys, bearer(OTHER))).toMatchObject({ credential: 'new' });
    const old = keys.publisher(bearer(SECRET));
    expect(keys.remove('old')).toBe(true);
    expect(answer(keys, bearer(SECRET))).toBe(401);
    expect(answer(keys, bearer(OTHER))).toMatchObject({ credential: 'new' });
    expect(old && keys.mayPublish(old, 'a')).toBe(false);
    expect(removed).toEqual(['old']);
    expect(keys.remove('old')).toBe(false);
    expect(keys.remove('__proto__')).toBe(false);
    expect(removed).toEqual(['old']);
    expect(keys.list().map(({ id }) => id)).toEqual(['new']);
  });

  test('a key that only looks like one may nothing', () => {
    const keys = apiKeys([{ id: 'main', secret: SECRET }]);
    const [key] = keys.list();
    expect(key && keys.mayPublish(key, 'a')).toBe(true);
    expect(key && keys.mayPublish({ ...key }, 'a')).toBe(false);
  });

  test('a removed key may come back', () => {
    const keys = apiKeys([{ id: 'main', secret: SECRET }]);
    keys.remove('main');
    keys.add({ id: 'main', secret: SECRET });
    expect(answer(keys, bearer(SECRET))).toMatchObject({ credential: 'main' });
  });

  test.each<[string, ApiKey | string]>([
    ['the same id', { id: 'main', secret: OTHER }],
    ['the same secret', { id: 'other', secret: SECRET }],
    ['its hash', { id: 'other', hash: hashKey(SECRET).toUpperCase() }],
    ['the secret alone', SECRET],
  ])('%s cannot be added twice', (_what, key) => {
    const keys = apiKeys([{ id: 'main', secret: SECRET }]);
    expect(() => keys.add(key)).toThrow(/^key: expected a key that is not there yet, got "/);
    expect(keys.list()).toHaveLength(1);
  });
});

test('finding a key takes as long wherever it is, and where there is none (S23)', () => {
  const secrets = Array.from({ length: 2_000 }, generateKey);
  const keys = apiKeys(secrets);
  const first = secrets[0] ?? '';
  const asked = [first, secrets.at(-1) ?? '', generateKey(), `${first.slice(0, -1)}!`, first.slice(0, 20)].map(bearer);
  const times = asked.map((): number[] => []);
  // Turn by turn, so that whatever else the machine does falls on all of them.
  for (let n = 0; n < 4_000; n += 1) {
    asked.forEach((given, at) => {
      const start = performance.now();
      keys.publisher(given);
      times[at]?.push(performance.now() - start);
    });
  }
  const medians = times.map((all) => all.sort((a, b) => a - b)[2_000] ?? NaN);
  // One that looks at key after key would take a thousand times as long for some.
  expect(Math.max(...medians) / Math.min(...medians)).toBeLessThan(3);
});

describe('what is shown (S49)', () => {
  test('six characters of the hash, and never the secret', () => {
    const keys = apiKeys([SECRET, { id: 'hashed', hash: hashKey(OTHER), clientId: 'alice' }]);
    const fingerprint = createHash('sha256').update(SECRET).digest('base64url').slice(0, 6);
    expect(keys.list()[0]).toEqual({
      id: `key-${fingerprint}`,
      fingerprint,
      scopes: { publish: ['*'], subscribe: ['*'] },
      expiresAt: undefined,
      clientId: undefined,
    });
    const shown = JSON.stringify([keys, keys.list(), keys.publisher(bearer(SECRET))]);
    expect(shown).not.toContain(SECRET);
    expect(shown).not.toContain(hashKey(OTHER));
  });

  test('keys are made of 256 bits', () => {
    const keys = new Set(Array.from({ length: 1_000 }, generateKey));
    expect(keys.size).toBe(1_000);
    for (const key of keys) expect(key).toMatch(/^ps_[\w-]{43}$/);
    expect(() => apiKeys([...keys])).not.toThrow();
  });

  test('a hash is the SHA-256 of the secret', () => {
    expect(hashKey('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});

describe('the door', () => {
  test.each<[string, unknown, string]>([
    ['no list', SECRET, 'keys: expected a list of keys, got string'],
    [
      'a short secret',
      ['hunter2'],
      'keys[0].secret: expected 16 to 512 printable ASCII characters without blanks, got a string of 7 characters',
    ],
    [
      'a secret with a blank',
      [{ id: 'a', secret: 'correct horse battery' }],
      'keys[0].secret: expected 16 to 512 printable ASCII characters without blanks, got a string of 21 characters',
    ],
    [
      'a long secret',
      [{ id: 'a', secret: 'x'.repeat(513) }],
      'keys[0].secret: expected 16 to 512 printable ASCII characters without blanks, got a string of 513 characters',
    ],
    ['a number', [SECRET, 42], 'keys[1]: expected a key, got 42'],
    [
      'a hash that is none',
      [{ id: 'a', hash: 'abc' }],
      'keys[0].hash: expected 64 hexadecimal digits, got a string of 3 characters',
    ],
    ['neither', [{ id: 'a' }], 'keys[0]: expected either secret or hash, got neither'],
    ['both', [{ id: 'a', secret: SECRET, hash: hashKey(SECRET) }], 'keys[0]: expected either secret or hash, got both'],
    [
      'no id',
      [{ secret: SECRET }],
      'keys[0].id: expected 1 to 256 printable ASCII characters without a blank at either end, got undefined',
    ],
    [
      'a misspelled part',
      [{ id: 'a', secret: SECRET, scope: {} }],
      'keys[0]: expected id, secret, hash, scopes, expiresAt, clientId, got "scope"',
    ],
    [
      'a misspelled scope',
      [{ id: 'a', secret: SECRET, scopes: { read: ['a'] } }],
      'keys[0].scopes: expected publish, subscribe, got "read"',
    ],
    ['no scopes', [{ id: 'a', secret: SECRET, scopes: null }], 'keys[0].scopes: expected publish, subscribe, got null'],
    [
      'a scope that is no list',
      [{ id: 'a', secret: SECRET, scopes: { publish: 'a' } }],
      'keys[0].scopes.publish: expected a list of patterns, got "a"',
    ],
    [
      'a pattern that is none',
      [{ id: 'a', secret: SECRET, scopes: { subscribe: ['a*'] } }],
      'keys[0].scopes.subscribe[0]: expected a name, or a pattern such as "orders.*" or "*", got "a*"',
    ],
    [
      'an end that is no time',
      [{ id: 'a', secret: SECRET, expiresAt: 'soon' }],
      'keys[0].expiresAt: expected milliseconds since the epoch, got "soon"',
    ],
    [
      'a client id with a line break',
      [{ id: 'a', secret: SECRET, clientId: 'a\n' }],
      'keys[0].clientId: expected 1 to 256 printable ASCII characters without a blank at either end, got a string of 2 characters',
    ],
  ])('%s', (_what, keys, message) => {
    expect(() => apiKeys(keys as string[])).toThrow(new TypeError(message));
  });

  test.each<[object, string]>([
    [{ cookie: 'a b' }, 'options.cookie: expected the name of a cookie, got "a b"'],
    [{ cookie: '' }, 'options.cookie: expected the name of a cookie, got ""'],
    [{ query: 'apikey' }, 'options.query: expected true | false, got string'],
    [{ header: 'x-key' }, 'options: expected cookie, query, removed, environment, got "header"'],
  ])('%j', (options, message) => {
    expect(() => apiKeys([SECRET], options)).toThrow(new TypeError(message));
  });
});
