import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { jwtAuthorize, type JwtOptions } from '../../packages/server/src/auth/index.ts';
import { decide } from '../../packages/server/src/authorize.ts';
import type { Grant, StreamRequest } from '../../packages/server/src/grant.ts';
import { createTestEnvironment, type TestEnvironment } from './support.ts';

const SECRET = 'a secret of at least thirty-two bytes';
const NOW_S = Date.UTC(2026, 0, 1) / 1_000;

const pair = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const edwards = generateKeyPairSync('ed25519');
const pem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();
const PEM = pem(pair.publicKey);

type Sign = (input: string) => Buffer;
const bySecret =
  (secret: string | Buffer, hash = 'sha256'): Sign =>
  (input) =>
    createHmac(hash, secret).update(input).digest();
const byRsa =
  (key: KeyObject): Sign =>
  (input) =>
    sign('sha256', Buffer.from(input), key);
const unsigned: Sign = () => Buffer.alloc(0);

const base64 = (part: unknown): string =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');

/** A token by hand: no library of ours would sign the wrong ones. */
function token(header: object, claims: unknown, how: Sign): string {
  const input = `${base64(header)}.${base64(claims)}`;
  return `${input}.${how(input).toString('base64url')}`;
}

const claims = {
  iss: 'https://login.example',
  aud: 'streams',
  sub: 'alice',
  jti: 'login-1',
  channels: ['orders.*'],
  exp: NOW_S + 60,
};
const grant = { clientId: 'alice', channels: ['orders.*'], credential: 'login-1', expiresAt: (NOW_S + 65) * 1_000 };

const own: JwtOptions = { secret: SECRET, algorithms: ['HS256'], issuer: 'https://login.example', audience: 'streams' };
const theirs: JwtOptions = { ...own, secret: undefined, publicKey: PEM, algorithms: ['RS256'] };
const hs256 = (given: unknown, header: object = {}): string =>
  token({ alg: 'HS256', ...header }, given, bySecret(SECRET));
const rs256 = (given: unknown, header: object = {}): string =>
  token({ alg: 'RS256', ...header }, given, byRsa(pair.privateKey));

function request(headers: Record<string, string> = {}, query = ''): StreamRequest {
  return {
    method: 'GET',
    url: new URL(`http://test/events${query}`),
    headers: new Headers(headers),
    native: undefined,
  };
}

/** As a server does it: a status, or the grant. */
async function answer(
  options: JwtOptions,
  given: string | StreamRequest,
  environment: TestEnvironment = createTestEnvironment(),
): Promise<number | Grant> {
  const authorize = jwtAuthorize({ environment, ...options });
  const asked = typeof given === 'string' ? request({ authorization: `Bearer ${given}` }) : given;
  // A real key set takes real time; this only has to be longer.
  const decided = await decide(authorize, asked, 60_000, environment);
  return decided instanceof Response ? decided.status : decided;
}

describe('a token that is not good (S22)', () => {
  const without = (name: keyof typeof claims): object => ({ ...claims, [name]: undefined });

  test.each<[string, JwtOptions, string]>([
    ['no algorithm', own, token({ alg: 'none' }, claims, unsigned)],
    ['no algorithm, in capitals', own, token({ alg: 'NONE' }, claims, unsigned)],
    ['no algorithm, against a public key', theirs, token({ alg: 'none' }, claims, unsigned)],
    ['no algorithm, with a signature', theirs, token({ alg: 'none' }, claims, byRsa(pair.privateKey))],
    ['no algorithm at all', own, token({}, claims, bySecret(SECRET))],
    ['the public key as a secret', theirs, token({ alg: 'HS256' }, claims, bySecret(PEM))],
    [
      'the public key as a secret, without its last line end',
      theirs,
      token({ alg: 'HS256' }, claims, bySecret(PEM.trim())),
    ],
    [
      'the public key as a secret, in bytes',
      theirs,
      token({ alg: 'HS256' }, claims, bySecret(pair.publicKey.export({ type: 'spki', format: 'der' }))),
    ],
    ['the public key as a secret, under the right name', theirs, token({ alg: 'RS256' }, claims, bySecret(PEM))],
    ['another algorithm with the same secret', own, token({ alg: 'HS512' }, claims, bySecret(SECRET, 'sha512'))],
    ['another secret', own, token({ alg: 'HS256' }, claims, bySecret(`${SECRET}x`))],
    ['an empty secret', own, token({ alg: 'HS256' }, claims, bySecret(''))],
    ['no signature', own, hs256(claims).replace(/[^.]*$/, '')],
    ['another key', theirs, token({ alg: 'RS256' }, claims, byRsa(stranger.privateKey))],
    [
      'a key that it brings itself',
      theirs,
      token({ alg: 'RS256', jwk: stranger.publicKey.export({ format: 'jwk' }) }, claims, byRsa(stranger.privateKey)),
    ],
    [
      'a place for keys that it names itself',
      theirs,
      token({ alg: 'RS256', jku: 'http://127.0.0.1:1/keys' }, claims, byRsa(stranger.privateKey)),
    ],
    ['a key id that is a path', own, token({ alg: 'HS256', kid: '../../../../dev/null' }, claims, bySecret(''))],
    ['a key id that is a query', own, token({ alg: 'HS256', kid: "x' UNION SELECT 'a" }, claims, bySecret('a'))],
    ['an extension that nobody understands', own, hs256(claims, { crit: ['exp'], exp: 1 })],
    ['a payload that is not encoded', own, hs256(claims, { crit: ['b64'], b64: false })],
    ['claims that were changed', own, hs256(claims).replace(/\.[^.]*\./, `.${base64({ ...claims, sub: 'admin' })}.`)],
    ['no end', own, hs256(without('exp'))],
    ['an end that is a text', own, hs256({ ...claims, exp: '9999999999' })],
    ['an end that is null', own, hs256({ ...claims, exp: null })],
    ['an end that was', own, hs256({ ...claims, exp: NOW_S - 5 })],
    ['a beginning that is still to come', own, hs256({ ...claims, nbf: NOW_S + 6 })],
    ['nobody it is meant for', own, hs256(without('aud'))],
    ['somebody else it is meant for', own, hs256({ ...claims, aud: 'mail' })],
    ['others it is meant for', own, hs256({ ...claims, aud: ['mail', 'Streams'] })],
    ['nobody who issued it', own, hs256(without('iss'))],
    ['somebody else who issued it', own, hs256({ ...claims, iss: 'https://login.example.evil' })],
    ['claims that are a list', own, hs256([])],
    ['claims that are null', own, hs256(null)],
    ['claims that are no JSON', own, hs256('{')],
    ['nothing', own, '..'],
    ['three words', own, 'a.b.c'],
    ['one word', own, 'ps_0123456789'],
    ['a header that is no JSON', own, `${base64('{')}.${base64(claims)}.AAAA`],
    ['five parts, as what is encrypted has', own, `${hs256(claims)}.AAAA.AAAA`],
    [
      'a prototype as header',
      own,
      token(JSON.parse('{"__proto__":{"alg":"HS256"}}') as object, claims, bySecret(SECRET)),
    ],
    ['more than 8 KiB', own, hs256({ ...claims, note: 'x'.repeat(8_192) })],
    ['1 MiB of dots', own, '.'.repeat(1_048_576)],
  ])('%s: 401, and nothing to report', async (_what, options, given) => {
    const environment = createTestEnvironment();
    expect(await answer(options, given, environment)).toBe(401);
    expect(environment.reports).toEqual([]);
  });

  test('no token: 401 that says how', async () => {
    const environment = createTestEnvironment();
    const answered = await jwtAuthorize({ ...own, environment })(request());
    expect((answered as Response).headers.get('www-authenticate')).toBe('Bearer realm="pushstream"');
    const wrong = await jwtAuthorize({ ...own, environment })(request({ authorization: 'Bearer a.b.c' }));
    expect((wrong as Response).headers.get('www-authenticate')).toContain('error="invalid_token"');
  });
});

describe('a token that is good, but not for this', () => {
  test.each<[string, object]>([
    ['no channels: they are not all of them', { channels: undefined }],
    ['one channel that is no list', { channels: 'orders' }],
    ['a channel that cannot be', { channels: ['orders', 'a*'] }],
    ['1,001 channels (S19)', { channels: Array(1_001).fill('a') }],
    ['no channel at all', { channels: [] }],
    ['somebody who cannot be', { sub: 'alice\n' }],
    ['somebody who is a number', { sub: 7 }],
    ['a credential that cannot be', { jti: 7 }],
  ])('%s: 403, and nothing to report', async (what, given) => {
    const environment = createTestEnvironment();
    const answered = await answer(own, hs256({ ...claims, ...given }), environment);
    // A grant of no channel is refused where it is used.
    if (what === 'no channel at all') expect(answered).toMatchObject({ channels: [] });
    else expect(answered).toBe(403);
    expect(environment.reports).toEqual([]);
  });
});

describe('a token that is good', () => {
  test.each<[string, JwtOptions, string]>([
    ['by a secret', own, hs256(claims)],
    ['by a secret in bytes', { ...own, secret: new TextEncoder().encode(SECRET) }, hs256(claims)],
    ['by a public key in PEM', theirs, rs256(claims)],
    [
      'by a public key as JWK',
      { ...theirs, publicKey: { ...pair.publicKey.export({ format: 'jwk' }) } },
      rs256(claims),
    ],
    ['by a public key of Node', { ...theirs, publicKey: pair.publicKey }, rs256(claims)],
    [
      'by an elliptic curve',
      { ...theirs, algorithms: ['ES256'], publicKey: curve.publicKey },
      token({ alg: 'ES256' }, claims, (input) =>
        sign('sha256', Buffer.from(input), { key: curve.privateKey, dsaEncoding: 'ieee-p1363' }),
      ),
    ],
    [
      'by Ed25519',
      { ...theirs, algorithms: ['EdDSA'], publicKey: pem(edwards.publicKey) },
      token({ alg: 'EdDSA' }, claims, (input) => sign(null, Buffer.from(input), edwards.privateKey)),
    ],
    ['of two algorithms', { ...theirs, algorithms: ['PS256', 'RS256'] }, rs256(claims)],
    ['meant for others, too', own, hs256({ ...claims, aud: ['mail', 'streams'] })],
    ['meant for one of several', { ...own, audience: ['streams', 'feeds'] }, hs256(claims)],
    ['of one of several issuers', { ...own, issuer: ['https://old.example', 'https://login.example'] }, hs256(claims)],
    ['meant for nobody, where that does not matter', { ...own, audience: false }, hs256({ ...claims, aud: undefined })],
    ['of nobody, where that does not matter', { ...own, issuer: false }, hs256({ ...claims, iss: undefined })],
    ['with a key id that says nothing', own, hs256(claims, { kid: '../../etc/passwd' })],
  ])('%s', async (_what, options, given) => {
    const environment = createTestEnvironment();
    expect(await answer(options, given, environment)).toEqual(grant);
    expect(environment.reports).toEqual([]);
  });

  test.each<[string, Partial<JwtOptions>, StreamRequest]>([
    ['a cookie', { cookie: 'token' }, request({ cookie: `a=b; token=${hs256(claims)}` })],
    ['the query', { query: true }, request({}, `?access_token=${hs256(claims)}`)],
  ])('from %s, where that is asked for', async (_what, options, given) => {
    expect(await answer({ ...own, ...options }, given)).toEqual(grant);
    expect(await answer(own, given)).toBe(401);
  });

  test('clocks may be a little apart, and the stream ends as much later', async () => {
    const late = hs256({ ...claims, exp: NOW_S - 9, nbf: NOW_S + 10 });
    expect(await answer({ ...own, clockToleranceS: 10 }, late)).toMatchObject({ expiresAt: (NOW_S + 1) * 1_000 });
    expect(await answer({ ...own, clockToleranceS: 9 }, late)).toBe(401);
    expect(await answer({ ...own, clockToleranceS: 0 }, hs256(claims))).toMatchObject({
      expiresAt: claims.exp * 1_000,
    });
  });

  test('an end beyond all time is the end of time', async () => {
    expect(await answer(own, hs256({ ...claims, exp: 1e300 }))).toMatchObject({ expiresAt: 8.64e15 });
  });
});

describe('a grant of one’s own', () => {
  test('is what the claims are mapped to, and ends with the token (S21)', async () => {
    const mapped = jwtGrant(({ sub, scope }) => ({ clientId: `user:${sub}`, channels: [String(scope)], retryMs: 500 }));
    expect(await answer(mapped, hs256({ ...claims, scope: 'news', channels: undefined }))).toEqual({
      clientId: 'user:alice',
      channels: ['news'],
      retryMs: 500,
      credential: 'login-1',
      expiresAt: grant.expiresAt,
    });
  });

  test.each([
    [grant.expiresAt + 1, grant.expiresAt],
    [grant.expiresAt - 1, grant.expiresAt - 1],
    [undefined, grant.expiresAt],
  ])('that ends at %s ends at %s', async (expiresAt, expected) => {
    expect(
      await answer(
        jwtGrant(() => ({ expiresAt })),
        hs256(claims),
      ),
    ).toMatchObject({ expiresAt: expected });
  });

  test('keeps its own credential', async () => {
    expect(
      await answer(
        jwtGrant(() => ({ credential: 'mine' })),
        hs256(claims),
      ),
    ).toMatchObject({ credential: 'mine' });
  });

  test.each<[string, unknown, number, number]>([
    ['null', null, 403, 0],
    ['a response', new Response(null, { status: 418 }), 418, 0],
    ['true', true, 503, 1],
    ['a list', [], 503, 1],
    ['a map', new Map(), 503, 1],
    ['a misspelled part', { channel: 'a' }, 503, 1],
    ['an end that is no time', { expiresAt: 'never' }, 503, 1],
  ])('that is %s lets nobody in', async (_what, given, status, reports) => {
    const environment = createTestEnvironment();
    expect(
      await answer(
        jwtGrant(() => given as Grant),
        hs256(claims),
        environment,
      ),
    ).toBe(status);
    expect(environment.reports).toHaveLength(reports);
  });

  test('that throws lets nobody in', async () => {
    const broken = jwtGrant(() => {
      throw new Error('broken');
    });
    expect(await answer(broken, hs256(claims))).toBe(503);
  });

  function jwtGrant(map: NonNullable<JwtOptions['grant']>): JwtOptions {
    return { ...own, grant: map };
  }
});

describe('a key set', () => {
  const jwk = { ...pair.publicKey.export({ format: 'jwk' }), kid: 'new', alg: 'RS256', use: 'sig' };
  const old = { ...stranger.publicKey.export({ format: 'jwk' }), kid: 'old', alg: 'RS256', use: 'sig' };
  const set: JwtOptions = { ...theirs, publicKey: undefined };

  test.each<[string, object, string, number | Grant]>([
    ['the key that is named', { keys: [old, jwk] }, rs256(claims, { kid: 'new' }), grant],
    ['the only key, where none is named', { keys: [jwk] }, rs256(claims), grant],
    ['a key that is not there', { keys: [old] }, rs256(claims, { kid: 'new' }), 401],
    ['another key than the one that is named', { keys: [old, jwk] }, rs256(claims, { kid: 'old' }), 401],
    ['two keys, and none is named', { keys: [old, { ...jwk, kid: 'newer' }] }, rs256(claims), 401],
    ['a key that only encrypts', { keys: [{ ...jwk, use: 'enc' }] }, rs256(claims, { kid: 'new' }), 401],
    [
      'a secret among the keys',
      { keys: [{ kty: 'oct', kid: 'new', k: base64(SECRET) }] },
      hs256(claims, { kid: 'new' }),
      401,
    ],
    ['the key id of a prototype', { keys: [jwk] }, rs256(claims, { kid: '__proto__' }), 401],
    ['no keys', { keys: [] }, rs256(claims), 401],
  ])('%s', async (_what, keys, given, expected) => {
    const environment = createTestEnvironment();
    const load = (): never => keys as never;
    expect(await answer({ ...set, jwks: load }, given, environment)).toEqual(expected);
    expect(environment.reports).toEqual([]);
  });

  test('may change at any time', async () => {
    const environment = createTestEnvironment();
    let keys = { keys: [old] };
    const authorize = jwtAuthorize({ ...set, environment, jwks: () => Promise.resolve(keys) });
    const asked = request({ authorization: `Bearer ${rs256(claims, { kid: 'new' })}` });
    expect(await authorize(asked)).toMatchObject({ status: 401 });
    keys = { keys: [old, jwk] };
    expect(await authorize(asked)).toEqual(grant);
    keys = { keys: [old] };
    expect(await authorize(asked)).toMatchObject({ status: 401 });
  });

  test.each<[string, () => unknown]>([
    ['rejects', () => Promise.reject(new Error('down'))],
    ['gives nothing', () => undefined],
    ['gives no keys', () => ({ keys: 'none' })],
  ])('that %s: 503, and it is reported', async (_what, load) => {
    const environment = createTestEnvironment();
    expect(await answer({ ...set, jwks: load as () => never }, rs256(claims), environment)).toBe(503);
    expect(environment.reports).toHaveLength(1);
  });

  test('over HTTP is fetched once for many tokens', async () => {
    let asked = 0;
    const server = createServer((_request, response) => {
      asked += 1;
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
      const authorize = jwtAuthorize({ ...set, jwks: url, environment: createTestEnvironment() });
      const good = request({ authorization: `Bearer ${rs256(claims, { kid: 'new' })}` });
      const unknown = request({ authorization: `Bearer ${rs256(claims, { kid: 'other' })}` });
      expect(await Promise.all([authorize(good), authorize(good)])).toEqual([grant, grant]);
      for (let n = 0; n < 20; n += 1) expect(await authorize(unknown)).toMatchObject({ status: 401 });
      expect(await authorize(good)).toEqual(grant);
      expect(asked).toBe(1);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  test('over HTTP that is not there: 503, and it is reported', async () => {
    const server = createServer((_request, response) => void response.writeHead(500).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const environment = createTestEnvironment();
      const url = new URL(`http://localhost:${(server.address() as AddressInfo).port}/keys`);
      url.hostname = '127.0.0.1';
      expect(await answer({ ...set, jwks: url }, rs256(claims), environment)).toBe(503);
      expect(environment.reports).toHaveLength(1);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});

describe('the door', () => {
  const { secret: _secret, ...nothing } = own;

  test.each<[string, object, string]>([
    ['no algorithms', { ...own, algorithms: undefined }, 'options.algorithms: expected object, got undefined'],
    [
      'an empty list of algorithms',
      { ...own, algorithms: [] },
      'options.algorithms: expected a list of algorithms, got an empty one',
    ],
    [
      'the algorithm none',
      { ...own, algorithms: ['none'] },
      'options.algorithms: expected HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519, got "none"',
    ],
    ['an algorithm that every object has', { ...own, algorithms: ['constructor'] }, 'got "constructor"'],
    ['no key', nothing, 'options: expected one of secret, publicKey, jwks, got 0'],
    ['two keys', { ...own, publicKey: PEM }, 'options: expected one of secret, publicKey, jwks, got 2'],
    [
      'a secret for a public algorithm',
      { ...own, algorithms: ['RS256'] },
      'options.algorithms: expected HS… with a secret, got RS256',
    ],
    [
      'a public key for a secret’s algorithm',
      { ...theirs, algorithms: ['RS256', 'HS256'] },
      'options.algorithms: expected RS…, PS…, ES… or EdDSA with public keys, got RS256, HS256',
    ],
    [
      'a key set for a secret’s algorithm',
      { ...nothing, jwks: 'https://login.example/keys' },
      'options.algorithms: expected RS…, PS…, ES… or EdDSA with public keys, got HS256',
    ],
    [
      'a public key as a secret',
      { ...own, secret: PEM },
      'options.secret: expected a secret, as text or bytes, got a key in PEM',
    ],
    ['a short secret', { ...own, secret: 'hunter2' }, 'options.secret: expected at least 32 bytes, got 7'],
    [
      'a secret too short for one of them',
      { ...own, algorithms: ['HS256', 'HS512'] },
      'options.secret: expected at least 64 bytes, got 37',
    ],
    [
      'a private key',
      { ...theirs, publicKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) },
      'options.publicKey: expected a public key, got one that has to be kept secret',
    ],
    [
      'a private JWK',
      { ...theirs, publicKey: pair.privateKey.export({ format: 'jwk' }) },
      'options.publicKey: expected a public key, got one that has to be kept secret',
    ],
    [
      'a private key of Node',
      { ...theirs, publicKey: pair.privateKey },
      'options.publicKey: expected a public key, got a private one',
    ],
    [
      'a key that cannot be read',
      { ...theirs, publicKey: 'ssh-rsa AAAA' },
      'options.publicKey: expected a public key: PEM, JWK or KeyObject, got one that cannot be read',
    ],
    [
      'an RSA key for a curve',
      { ...theirs, algorithms: ['RS256', 'ES256'] },
      'options.publicKey: expected a key for ES256, got one for rsa',
    ],
    [
      'another curve',
      { ...theirs, algorithms: ['ES384'], publicKey: curve.publicKey },
      'options.publicKey: expected a key for ES384, got one for prime256v1',
    ],
    [
      'a curve for RSA',
      { ...theirs, publicKey: curve.publicKey },
      'options.publicKey: expected a key for RS256, got one for prime256v1',
    ],
    [
      'a small RSA key',
      { ...theirs, publicKey: generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey },
      'options.publicKey: expected at least 2048 bits, got 1024',
    ],
    [
      'a key set without encryption',
      { ...theirs, publicKey: undefined, jwks: 'http://login.example/keys' },
      'options.jwks: expected a URL with https:, or a function, got "http:"',
    ],
    [
      'a key set in a file',
      { ...theirs, publicKey: undefined, jwks: 'file:///etc/keys' },
      'options.jwks: expected a URL with https:, or a function, got "file:"',
    ],
    [
      'a key set nowhere',
      { ...theirs, publicKey: undefined, jwks: 'keys' },
      'options.jwks: expected a URL with https:, or a function, got something else',
    ],
    ['no issuer', { ...own, issuer: undefined }, 'options.issuer: expected string | object | false, got undefined'],
    [
      'no audience',
      { ...own, audience: undefined },
      'options.audience: expected string | object | false, got undefined',
    ],
    [
      'an empty audience',
      { ...own, audience: '' },
      'options.audience: expected a name, a list of names, or false, got ""',
    ],
    [
      'no audiences',
      { ...own, audience: [] },
      'options.audience: expected a name, a list of names, or false, got an empty list',
    ],
    [
      'an audience that is a number',
      { ...own, audience: ['a', 7] },
      'options.audience: expected a name, a list of names, or false, got 7',
    ],
    ['too much tolerance', { ...own, clockToleranceS: 61 }, 'options.clockToleranceS: expected 0..60, got 61'],
    ['a misspelled option', { ...own, audiences: ['a'] }, 'got "audiences"'],
  ])('%s', (_what, options, message) => {
    expect(() => jwtAuthorize(options as JwtOptions)).toThrow(message);
  });

  test('no message repeats a secret', () => {
    for (const secret of ['hunter2-hunter2', PEM]) {
      try {
        jwtAuthorize({ ...own, secret });
        throw new Error('expected a misuse');
      } catch (error) {
        expect(String(error)).toContain('options.secret');
        expect(String(error)).not.toMatch(/hunter2|MII/);
      }
    }
  });
});
