import { DecodeError, EventClientError, HttpError } from 'pushstream-client';
import type { StreamError, UndecodedEvent } from 'pushstream-client';
import { expectTypeOf, test } from 'vitest';

declare const reported: StreamError;
declare const error: EventClientError;

test('each class has its own code', () => {
  expectTypeOf<StreamError['code']>().toEqualTypeOf<
    | 'network'
    | 'http'
    | 'connect-timeout'
    | 'content-type'
    | 'heartbeat-timeout'
    | 'event-too-large'
    | 'attempts-exhausted'
    | 'decode'
  >();
  expectTypeOf<StreamError>().toExtend<EventClientError>();
});

test('the code of a union narrows it', () => {
  if (reported.code === 'http') {
    expectTypeOf(reported).toEqualTypeOf<HttpError>();
    expectTypeOf(reported.status).toBeNumber();
    expectTypeOf(reported.retryAfterMs).toEqualTypeOf<number | undefined>();
  } else if (reported.code === 'decode') {
    expectTypeOf(reported.event).toEqualTypeOf<UndecodedEvent>();
  } else {
    // @ts-expect-error only an HTTP answer has one
    void reported.status;
  }
});

test('instanceof narrows what the lifecycle reports', () => {
  // @ts-expect-error not before it is known which error it is
  void error.status;
  if (error instanceof HttpError) expectTypeOf(error.status).toBeNumber();
  if (error instanceof DecodeError) expectTypeOf(error.event.raw).toBeString();
});

test('errors are errors, and read-only', () => {
  expectTypeOf(error).toExtend<Error>();
  // @ts-expect-error read-only
  error.code = 'http';
  // @ts-expect-error the base is abstract
  void new EventClientError('of what kind?');
  if (reported.code === 'content-type') expectTypeOf(reported.contentType).toEqualTypeOf<string | null>();
  if (reported.code === 'connect-timeout') expectTypeOf(reported.timeoutMs).toBeNumber();
  if (reported.code === 'heartbeat-timeout') expectTypeOf(reported.silentMs).toBeNumber();
  if (reported.code === 'event-too-large') expectTypeOf(reported.limit).toBeNumber();
});
