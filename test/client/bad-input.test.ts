import { describe, expect, test } from 'vitest';
import { EventClient } from '../../packages/client/src/index.ts';
import { url } from './support.ts';

const create = (options: object, ...at: unknown[]): EventClient =>
  new EventClient((at.length > 0 ? at[0] : url) as string, options);

describe('misuse throws at once, naming the option, what was expected and what came', () => {
  test.each<[unknown, RegExp]>([
    ['', /^url: expected an http or https URL .* got ""$/],
    ['not a url', /^url: .* got "not a url"$/],
    ['/relative/where/there/is/no/page', /^url: .*absolute where there is no page/],
    ['ftp://server.test/', /^url: expected an http or https URL/],
    ['data:text/event-stream,data:x', /^url: /],
    ['http://user:secret@server.test/', /without credentials.* got "\*\*\*@server.test\/"$/],
    ['//user:secret@server.test?token=secret', /got "\*\*\*@server.test"$/],
    ['http:user:secret@server.test/', /^(?!.*secret)url: /],
    ['http://user:p/secret@server.test/', /^(?!.*(secret|p\/))url: /],
    ['http://user:p?secret@server.test/', /^(?!.*secret)url: /],
    ['user:secret@server.test/', /^(?!.*secret)url: /],
    [undefined, /^url: .* got undefined$/],
    [null, /^url: .* got null$/],
    [42, /^url: .* got 42$/],
    [{}, /^url: .* got object$/],
  ])('url %j', (at, message) => {
    expect(() => create({}, at)).toThrow(TypeError);
    expect(() => create({}, at)).toThrow(message);
  });

  test.each<[object, typeof TypeError | typeof RangeError, RegExp]>([
    [
      { hearbeatTimeoutMs: 1 },
      TypeError,
      /^options: expected headers, .*heartbeatTimeoutMs.*, got "hearbeatTimeoutMs"$/,
    ],
    [{ __proto__: null, toString: 1 }, TypeError, /got "toString"$/],
    [
      { heartbeatTimeoutMs: -1 },
      RangeError,
      /^options\.heartbeatTimeoutMs: expected "auto" \| 1\.\.2147483647 \| false, got -1$/,
    ],
    [{ heartbeatTimeoutMs: Number.NaN }, RangeError, /got NaN$/],
    [{ heartbeatTimeoutMs: Infinity }, RangeError, /got Infinity$/],
    [{ heartbeatTimeoutMs: 'fast' }, TypeError, /got "fast"$/],
    [{ heartbeatTimeoutMs: null }, TypeError, /got null$/],
    [{ heartbeatTimeoutMs: true }, TypeError, /got true$/],
    [{ connectTimeoutMs: 0 }, RangeError, /^options\.connectTimeoutMs: expected 1\.\.2147483647, got 0$/],
    [{ connectTimeoutMs: 2 ** 31 }, RangeError, /connectTimeoutMs/],
    [{ connectTimeoutMs: '1000' }, TypeError, /got "1000"$/],
    [{ reconnect: true }, TypeError, /^options\.reconnect: expected object \| false, got true$/],
    [{ reconnect: { baseDelayMs: -5 } }, RangeError, /^options\.reconnect\.baseDelayMs: .* got -5$/],
    [{ reconnect: { maxDelayMs: Number.NaN } }, RangeError, /maxDelayMs/],
    [{ reconnect: { factor: 0.5 } }, RangeError, /factor/],
    [{ reconnect: { maxAttempts: -1 } }, RangeError, /maxAttempts/],
    [{ reconnect: { healthyAfterMs: -1 } }, RangeError, /healthyAfterMs/],
    [{ reconnect: { maxRetries: 5 } }, TypeError, /^options\.reconnect: expected baseDelayMs, .*, got "maxRetries"$/],
    [{ reconnect: { shouldRetry: 1 } }, TypeError, /shouldRetry/],
    [{ maxEventLength: 0 }, RangeError, /maxEventLength/],
    [{ flush: 'never' }, TypeError, /flush/],
    [{ flush: 0 }, RangeError, /flush/],
    [{ resume: 'cookie' }, TypeError, /resume/],
    [{ resume: { by: 'header' } }, TypeError, /^options\.resume\.by: expected "query" \| "both", got "header"$/],
    [{ resume: { by: 'query', param: 'x' } }, TypeError, /got "param"$/],
    [{ dedupe: 'yes' }, TypeError, /dedupe/],
    [{ dedupe: { window: 0 } }, RangeError, /^options\.dedupe\.window/],
    [{ dedupe: { key: 'id' } }, TypeError, /^options\.dedupe\.key: expected function, got string$/],
    [{ decode: 'xml' }, TypeError, /^options\.decode: expected "json" \| "text" \| function, got "xml"$/],
    [{ credentials: 'always' }, TypeError, /credentials/],
    [{ redirect: 'manual' }, TypeError, /redirect/],
    [{ fetch: 'fetch' }, TypeError, /fetch/],
    [{ transport: () => {} }, TypeError, /^options\.transport: expected object, got function$/],
    [{ environment: { setTimeout() {} } }, TypeError, /^options\.environment: expected now, .*, got "setTimeout"$/],
    [{ environment: { now: 5 } }, TypeError, /^options\.environment\.now: expected function, got 5$/],
    [{ signal: 'abort' }, TypeError, /signal/],
    [{ lastEventId: 7 }, TypeError, /^options\.lastEventId: expected string, got 7$/],
    [{ lastEventId: 'a\nb' }, TypeError, /expected at most 1024 bytes and no control character, got "a\\nb"$/],
    [
      { method: 'POST', body: new Blob(['x']).stream() },
      TypeError,
      /a function that gives a new stream .* got a stream$/,
    ],
    [
      { method: 'POST', body: { a: 1 } },
      TypeError,
      /^options\.body: expected .*JSON\.stringify.*, got a plain object$/,
    ],
    [{ method: 'POST', body: [1] }, TypeError, /JSON\.stringify/],
    [{ resume: { name: 'x' } }, TypeError, /^options\.resume\.by: expected "query" \| "both", got undefined$/],
    [{ body: 'x' }, TypeError, /^options\.body: expected a method that has one, such as 'POST', got GET$/],
    [{ headers: 'x: y' }, TypeError, /^options\.headers: expected object \| function, got string$/],
    [{ headers: { 'last-event-ID': '5' } }, TypeError, /expected no Last-Event-ID/],
    [
      { headers: { 'bad name': 'secret' } },
      TypeError,
      /^options\.headers: expected valid names and values, got others$/,
    ],
    [{ headers: { authorization: 'Bearer secret\n x' } }, TypeError, /got others$/],
    [{ headers: [1] }, TypeError, /^options\.headers/],
    [{ method: 'GE T' }, TypeError, /^options\.method: expected an HTTP method, got "GE T"$/],
    [{ method: '' }, TypeError, /^options\.method/],
    [{ signal: {} }, TypeError, /^options\.signal: expected an AbortSignal/],
    [{ transport: {} }, TypeError, /^options\.transport\.open: expected function, got undefined$/],
    [{ resume: { by: 'query', name: '' } }, TypeError, /^options\.resume\.name/],
    [{ resend: 1 }, TypeError, /^options\.resend: expected true \| false, got 1$/],
  ])('options %j', (options, error, message) => {
    expect(() => create(options)).toThrow(error);
    expect(() => create(options)).toThrow(message);
  });

  test('secrets in objects do not get into the message', () => {
    expect(() => create({ decode: { authorization: 'secret' } })).toThrow(/got object$/);
  });

  test('options that are no object', () => {
    expect(() => create('fast' as never)).toThrow(/^options: expected object, got string$/);
    expect(() => create(null as never)).toThrow(/^options: expected object, got null$/);
  });

  test('undefined means: not given', () => {
    expect(() => create({ signal: undefined, reconnect: { factor: undefined }, headers: undefined })).not.toThrow();
  });

  test('a listener that is no function, a type that is none', () => {
    const client = create({});
    expect(() => client.on('x', 5 as never)).toThrow(/^listener: expected function, got 5$/);
    expect(() => client.once('x', undefined as never)).toThrow(/^listener: expected function, got undefined$/);
    expect(() => client.on(undefined as never, () => {})).toThrow(/^type: expected string, got undefined$/);
    expect(() => client.on('', () => {})).toThrow(/^type: /);
    for (const pattern of ['task*', '**', 'a.*b']) {
      expect(() => client.on(pattern, () => {})).toThrow(
        /^type: expected \* as a whole segment, such as "task\.\*", got /,
      );
    }
    expect(() => client.lifecycle.on('opened' as never, () => {})).toThrow(
      /^type: expected "open" \| .*, got "opened"$/,
    );
    expect(() => client.lifecycle.on('open', 'x' as never)).toThrow(/^listener: /);
    expect(() => client.pause(5 as never)).toThrow(/^reason: expected string, got 5$/);
  });
});

test('a URL object is taken, its hash is dropped', () => {
  expect(new EventClient(new URL('https://server.test/a?b=c#d')).url).toBe('https://server.test/a?b=c');
});
