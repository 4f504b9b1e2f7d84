import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import {
  type ClientScope,
  createClientScope,
  type EventClient,
  sharedClient,
  type SharedClientOptions,
} from '../../packages/client/src/index.ts';
import { ScriptedTransport } from '../support/scripted-transport.ts';
import { VirtualTime } from '../support/virtual-time.ts';
import { url } from './support.ts';

interface Shared {
  readonly scope: ClientScope;
  readonly time: VirtualTime;
  readonly transport: ScriptedTransport;
  client(options?: SharedClientOptions<Record<string, unknown>>, at?: string): EventClient;
}

function shared(): Shared {
  const scope = createClientScope();
  const time = new VirtualTime();
  const transport = new ScriptedTransport();
  const { environment } = time;
  return {
    scope,
    time,
    transport,
    client: (options = {}, at = url) => scope.client(at, { transport, environment, ...options }),
  };
}

describe('one client per identity', () => {
  test('who asks for the same gets the same, and shares its connection', () => {
    const { client, transport } = shared();
    expect(client()).toBe(client());
    client().retain();
    client().retain();
    expect(transport.connections).toHaveLength(1);
    expect(client().leases).toBe(2);
  });

  test('it does not connect', () => {
    expect(shared().client().status).toBe('idle');
  });

  test.each<[string, SharedClientOptions<Record<string, unknown>>, SharedClientOptions<Record<string, unknown>>]>([
    [
      'headers, however they are written',
      { headers: { A: '1', b: '2' } },
      {
        headers: [
          ['B', '2'],
          ['a', '1'],
        ],
      },
    ],
    ['query, in any order', { query: { a: 1, b: [2, 3] } }, { query: { b: [2, 3], a: 1 } }],
    ['query, as it is sent', { query: { a: 1, c: undefined } }, { query: new URLSearchParams('a=1') }],
    ['a key, whatever the functions are', { key: 'k', headers: () => ({}) }, { key: 'k', headers: () => ({}) }],
    ['a body', { method: 'POST', body: '{}' }, { method: 'POST', body: '{}' }],
  ])('the same: %s', (_name, one, other) => {
    const { client } = shared();
    expect(client(one)).toBe(client(other));
  });

  test.each<[string, SharedClientOptions<Record<string, unknown>>]>([
    ['query', { query: { a: 1 } }],
    ['method', { method: 'POST' }],
    ['credentials', { credentials: 'include' }],
    ['headers', { headers: { a: '1' } }],
    ['body', { method: 'POST', body: 'x' }],
    ['decode', { decode: 'text' }],
    ['key', { key: 'other' }],
  ])('another: %s', (_name, options) => {
    const { client } = shared();
    expect(client(options)).not.toBe(client());
  });

  test('with a key, what can be compared still is: it stands for the rest', () => {
    const { client } = shared();
    const headers = (): Record<string, string> => ({});
    expect(client({ key: 'k', headers, query: { a: 1 } })).not.toBe(client({ key: 'k', headers, query: { a: 2 } }));
    expect(client({ key: 'k', headers, query: { a: 1 } })).toBe(client({ key: 'k', headers, query: { a: '1' } }));
  });

  test('another: the URL, and one scope knows nothing of the next', () => {
    const { client } = shared();
    expect(client({}, 'http://server.test/other')).not.toBe(client());
    expect(shared().client()).not.toBe(client());
  });

  test.each<[string, SharedClientOptions<Record<string, unknown>>]>([
    ['headers', { headers: () => ({}) }],
    ['query', { query: () => ({}) }],
    ['method', { method: () => 'GET' }],
    ['credentials', { credentials: () => 'omit' }],
    ['body', { method: 'POST', body: () => 'x' }],
    ['decode', { decode: (text) => text }],
    ['body', { method: 'POST', body: new Blob(['x']) }],
  ])('options.%s cannot be compared: without a key it is refused at once', (name, options) => {
    expect(() => shared().client(options)).toThrow(
      new RegExp(`^options\\.${name}: expected what can be compared, or options.key beside it, got `),
    );
  });

  test.each([
    ['a bad URL', () => shared().client({}, 'nonsense'), 'url: expected an http or https URL'],
    ['a bad option', () => shared().client({ flush: -1 }), 'options.flush: expected'],
    ['a bad key', () => shared().client({ key: 7 as never }), 'options.key: expected string, got 7'],
  ])('%s is refused at once', (_name, make, message) => {
    expect(make).toThrow(message);
  });
});

describe('its life', () => {
  test('once nobody uses it any more, the next one begins anew', () => {
    const { client, time } = shared();
    const first = client();
    first.retain()();
    expect(client()).toBe(first);
    time.advance(0);
    expect(client()).not.toBe(first);
  });

  test('one that the server closed stays the same as long as somebody holds it', () => {
    const { client, transport } = shared();
    const first = client();
    const release = first.retain();
    transport.last.report({ type: 'fatal', error: null });
    expect(client()).toBe(first);
    release();
    expect(client()).not.toBe(first);
  });

  test('a disposed scope has disposed its clients', () => {
    const { scope, client, transport } = shared();
    client().retain();
    scope[Symbol.dispose]();
    expect(transport.live).toHaveLength(0);
    expect(client().status).toBe('idle');
  });

  test('ten thousand streams that were used once are not kept', async () => {
    setFlagsFromString('--expose_gc');
    const collect = runInNewContext('gc') as () => void;
    const { client, time } = shared();
    const refs: WeakRef<EventClient>[] = [];
    for (let n = 0; n < 10_000; n += 1) {
      const one = client({ transport: new ScriptedTransport() }, `${url}/${n}`);
      one.retain()();
      if (n % 100 === 0) refs.push(new WeakRef(one));
      time.advance(0);
    }
    // What was dereferenced lives until the end of the task.
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    expect(refs.filter((ref) => ref.deref()).length).toBeLessThanOrEqual(1);
  });

  test('one that is connected is found again, though nobody holds the client itself', async () => {
    setFlagsFromString('--expose_gc');
    const collect = runInNewContext('gc') as () => void;
    const { client, transport, time } = shared();
    const release = client().retain();
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    client().retain();
    expect(transport.connections).toHaveLength(1);
    expect(time.pending).toBeGreaterThan(0);
    release();
  });
});

describe('in development, a warning, once', () => {
  test('two users of one stream disagree on how: the first one decides', () => {
    const { client, time } = shared();
    client({ connectTimeoutMs: 1_000 });
    client({ connectTimeoutMs: 2_000, reconnect: { factor: 3 } });
    client({ connectTimeoutMs: 2_000, reconnect: { factor: 3 } });
    expect(time.warnings).toEqual([
      `PushStream: two users of ${url} disagree on connectTimeoutMs, reconnect: what the first one said holds for both`,
    ]);
  });

  test('two users of one URL disagree on what: each has a connection of its own', () => {
    const { client, time } = shared();
    client({ headers: { 'x-secret': 'a' } }, `${url}?token=hidden`);
    client({ headers: { 'x-secret': 'b' } }, `${url}?token=hidden`);
    expect(time.warnings).toEqual([
      `PushStream: two users of ${url} disagree on headers: each has a connection of its own; if that is meant, give them keys`,
    ]);
  });

  test('none where they agree, in whatever words, or where keys say that it is meant', () => {
    const { client, time } = shared();
    client({ reconnect: { factor: 3, maxAttempts: 2 } });
    client({ reconnect: { maxAttempts: 2, factor: 3 } });
    client({ key: 'a', headers: () => ({ a: '1' }) });
    client({ key: 'b', headers: () => ({ a: '2' }) });
    expect(time.warnings).toEqual([]);
  });
});

test('on a server there is no page to share by: a scope per request is asked for', () => {
  expect(() => sharedClient(url)).toThrow(
    new TypeError('sharedClient: expected a page or a worker; on a server createClientScope(), got a server'),
  );
});

test.each<[string, SharedClientOptions<Record<string, unknown>>]>([
  ['method', { method: 'get' }],
  ['credentials', { credentials: 'same-origin' }],
  ['headers', { headers: {} }],
  ['query', { query: { shop: undefined } }],
  ['decode', { decode: 'json' }],
])('to say the default of %s is to say nothing', (_name, options) => {
  const { client } = shared();
  expect(client(options)).toBe(client());
  expect(client(options, `${url}#part`)).toBe(client());
});

test('who asks for a client that is there already is held to the same checks', () => {
  const { client } = shared();
  client();
  expect(() => client({ lingerMs: -1 })).toThrow('options.lingerMs');
  expect(() => client({ lingreMs: 1 } as object)).toThrow('options: expected');
  expect(() => client({ headers: { 'bad header': 'x' } })).toThrow('options.headers');
});

test('a signal would end the stream of everybody: it is refused', () => {
  expect(() => shared().client({ signal: AbortSignal.abort() } as object)).toThrow('options.signal: expected none');
});

test('the defaults of a scope hold for all, unless somebody says otherwise, and functions among them need no key', () => {
  const time = new VirtualTime();
  const transport = new ScriptedTransport();
  const headers = (): Record<string, string> => ({ authorization: 'Bearer a' });
  const scope = createClientScope({ headers, transport, environment: time.environment, lingerMs: 500 });
  expect(scope.client(url)).toBe(scope.client(url));
  scope.client(url).retain();
  expect(transport.last.request.headers).toBe(headers);
  expect(scope.client(url, { headers: { a: '1' } })).not.toBe(scope.client(url));
  expect(time.warnings.filter((warning) => warning.includes('holds for both'))).toEqual([]);
  expect(() => createClientScope(7 as never)).toThrow('defaults: expected object, got 7');
});
