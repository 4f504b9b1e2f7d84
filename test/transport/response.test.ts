import { describe, expect, test } from 'vitest';
import { ContentTypeError, HttpError } from '../../packages/client/src/errors.ts';
import { judge } from '../../packages/client/src/transport/response.ts';
import { parseRetryAfter } from '../../packages/client/src/transport/retry-after.ts';

const now = Date.UTC(2026, 0, 1);
const url = 'https://server.test/events?token=secret#x';

describe('rule 3: what a response means', () => {
  test.each([
    [200, 'text/event-stream', undefined],
    [200, 'TEXT/Event-Stream ; charset=utf-8', undefined],
    [204, null, 'fatal'],
    [201, 'text/event-stream', 'fatal'],
    [205, null, 'fatal'],
    [206, 'text/event-stream', 'fatal'],
    [400, null, 'fatal'],
    [401, null, 'fatal'],
    [403, null, 'fatal'],
    [404, null, 'fatal'],
    [405, null, 'fatal'],
    [407, null, 'fatal'],
    [410, null, 'fatal'],
    [431, null, 'fatal'],
    [451, null, 'fatal'],
    [408, null, 'failed'],
    [425, null, 'failed'],
    [429, null, 'failed'],
    [500, null, 'failed'],
    [502, null, 'failed'],
    [503, 'text/event-stream', 'failed'],
    [511, null, 'failed'],
    [599, null, 'failed'],
  ])('%i %s: %s', (status, contentType, type) => {
    const headers = contentType === null ? {} : { 'content-type': contentType };
    const verdict = judge(new Response(null, { status, headers }), url, false, now);
    expect(verdict?.type).toBe(type);
    if (verdict && status !== 204) expect(verdict).toMatchObject({ error: { status, code: 'http' } });
    if (status === 204) expect(verdict).toEqual({ type: 'fatal', error: null });
  });

  test.each([
    ['text/html', 'got text/html'],
    ['text/event-streamx', 'got text/event-streamx'],
    [null, 'got none'],
  ])('the wrong type %s closes at first, and is retried after an earlier success', (contentType, message) => {
    const response = new Response(null, { headers: contentType === null ? {} : { 'content-type': contentType } });
    const first = judge(response, url, false, now);
    expect(first).toMatchObject({ type: 'fatal', error: { contentType, message: expect.stringContaining(message) } });
    expect(first?.type === 'fatal' && first.error).toBeInstanceOf(ContentTypeError);
    expect(judge(response, url, true, now)?.type).toBe('failed');
  });

  test('no message has the query, which may hold secrets', () => {
    const verdict = judge(new Response(null, { status: 500 }), url, false, now);
    expect(verdict?.type === 'failed' && verdict.error).toBeInstanceOf(HttpError);
    expect(verdict?.type === 'failed' && verdict.error.message).toBe(
      'Expected HTTP 200 from https://server.test/events, got 500',
    );
  });

  test('Retry-After is carried', () => {
    const headers = { 'retry-after': '7' };
    expect(judge(new Response(null, { status: 503, headers }), url, false, now)).toMatchObject({
      retryAfterMs: 7_000,
      error: { retryAfterMs: 7_000 },
    });
  });
});

test.each([
  ['2', 2_000],
  [' 2 ', 2_000],
  ['0', 0],
  ['000', 0],
  ['9'.repeat(400), Infinity],
  ['Thu, 01 Jan 2026 00:00:10 GMT', 10_000],
  ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
  ['Thu Jan  1 00:00:10 2026', 10_000],
  ['Wed, 31 Dec 2025 19:00:10 -0500', 10_000],
  ['Thursday, 01-Jan-26 00:00:10 GMT', 10_000],
  ['-5', undefined],
  ['1.5', undefined],
  ['1e3', undefined],
  ['soon', undefined],
  ['', undefined],
  [null, undefined],
  ['2026-01-01', undefined],
  ['١٢', undefined],
])('Retry-After %j is %j', (value, expected) => {
  expect(parseRetryAfter(value, now)).toBe(expected);
});
