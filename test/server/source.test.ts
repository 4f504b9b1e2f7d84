import { describe, expect, test } from 'vitest';
import { ClosedError, LogUnavailableError, SchemaError } from '../../packages/server/src/errors.ts';
import type { PublishOptions } from '../../packages/server/src/events.ts';
import type { Emit } from '../../packages/server/src/emit.ts';
import { type RunningSource, runSource, type Source, type SourceOptions } from '../../packages/server/src/source.ts';
import { createTestEnvironment } from './support.ts';

interface Event extends PublishOptions {
  readonly type: string;
  readonly data: unknown;
}

const event = (data: unknown): Event => ({ type: 'tick', data });

/** A server that a source can publish to. */
function createServer() {
  const environment = createTestEnvironment();
  const published: unknown[] = [];
  const restarts: string[] = [];
  const keys: Array<string | undefined> = [];
  let fail: (given: Event) => Error | undefined | Promise<undefined> = () => undefined;
  const running: RunningSource[] = [];
  const emit: Emit<Event> = async (given) => {
    keys.push(given.key);
    const failure = await fail(given);
    if (failure) throw failure;
    published.push(given.data);
    return { id: 'e.1', duplicate: false };
  };
  return {
    environment,
    published,
    restarts,
    keys,
    failWith: (how: typeof fail) => void (fail = how),
    run(source: Source<Event>, options: SourceOptions = {}) {
      const context = { environment, emit, restarted: (name: string) => void restarts.push(name), number: 3 };
      const started = runSource(source, options, context);
      running.push(started);
      return started;
    },
    get reports() {
      return environment.reports.map(([where, error]) => `${where}: ${String(error)}`);
    },
  };
}

const never = (): Promise<never> => new Promise(() => {});
const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve()));

describe('a source that fails', () => {
  test.each<[string, Source<Event>]>([
    [
      'throws at once',
      () => {
        throw new Error('broken');
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
    [
      'throws while it generates',
      async function* () {
        if (await Promise.resolve(true)) throw new Error('broken');
        yield event(1);
      },
    ],
    [
      'cannot be iterated',
      () => ({
        [Symbol.asyncIterator]: () => {
          throw new Error('broken');
        },
      }),
    ],
    [
      'gives a broken iterator',
      () => ({
        [Symbol.asyncIterator]: () => ({
          next: () => {
            throw new Error('broken');
          },
        }),
      }),
    ],
  ])('it %s: reported, and started again after a wait', async (_how, source) => {
    const server = createServer();
    const running = server.run(source, { name: 'feed' });
    await server.environment.settle();
    expect(server.reports).toEqual(['source "feed": Error: broken']);
    expect(server.restarts).toEqual([]);
    await server.environment.advance(749);
    expect(server.restarts).toEqual([]);
    await server.environment.advance(1);
    expect(server.restarts).toEqual(['feed']);
    expect(server.reports).toHaveLength(2);
    await running.stop();
    expect(server.environment.pending).toBe(0);
  });

  test('waits longer and longer, half of it by chance, and never longer than the most', async () => {
    const server = createServer();
    const starts: number[] = [];
    const running = server.run(
      () => {
        starts.push(server.environment.monotonicNow());
        return Promise.reject(new Error('broken'));
      },
      { baseDelayMs: 100, maxDelayMs: 1_000 },
    );
    server.environment.chance.push(0, 0.999, 0.5, 0.5, 0.5, 0.5);
    await server.environment.advance(4_000);
    const waits = starts.slice(1).map((at, index) => at - (starts[index] ?? 0));
    expect(waits.slice(0, 6).map(Math.round)).toEqual([50, 200, 300, 600, 750, 750]);
    await running.stop();
  });

  test('starts from the first wait again after it ran for ten of them', async () => {
    const server = createServer();
    const starts: number[] = [];
    const running = server.run(
      async (signal) => {
        starts.push(server.environment.monotonicNow());
        if (starts.length === 4) {
          await new Promise<void>((resolve) => void server.environment.setTimer(resolve, 1_000));
          signal.throwIfAborted();
        }
        throw new Error('broken');
      },
      { baseDelayMs: 100 },
    );
    await server.environment.advance(3_000);
    const waits = starts.slice(1, 6).map((at, index) => at - (starts[index] ?? 0));
    expect(waits).toEqual([75, 150, 300, 1_075, 150]);
    await running.stop();
  });

  test('has its signal aborted before it starts anew, and what it left behind publishes nothing', async () => {
    const server = createServer();
    const runs: Array<{ signal: AbortSignal; emit: Emit<Event> }> = [];
    const running = server.run(async (signal, emit) => {
      runs.push({ signal, emit });
      if (runs.length > 1) return aborted(signal);
      await emit(event(1));
      throw new Error('broken');
    });
    await server.environment.advance(1_000);
    expect(runs.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    await expect(runs[0]?.emit(event('late'))).rejects.toThrow('broken');
    await runs[1]?.emit(event(2));
    expect(server.published).toEqual([1, 2]);
    await running.stop();
  });

  test('harms no other', async () => {
    const server = createServer();
    const broken = server.run(() => Promise.reject(new Error('broken')), { name: 'broken' });
    const hung = server.run(never, { name: 'hung' });
    const well = server.run(async function* () {
      for (let n = 0; n < 3; n += 1) yield await Promise.resolve(event(n));
    });
    await server.environment.settle();
    expect(server.published).toEqual([0, 1, 2]);
    await Promise.all([broken.stop(), well.stop()]);
    const stopped = hung.stop();
    await server.environment.advance(5_000);
    await stopped;
  });
});

describe('a source that comes to its end', () => {
  test.each<[string, Source<Event>]>([
    [
      'a generator',
      async function* () {
        yield await Promise.resolve(event(1));
      },
    ],
    ['a function', async (_signal, emit) => void (await emit(event(1)))],
  ])('%s: it is not started again', async (_what, source) => {
    const server = createServer();
    const running = server.run(source);
    await server.environment.advance(600_000);
    expect(server.published).toEqual([1]);
    expect(server.restarts).toEqual([]);
    expect(server.reports).toEqual([]);
    await running.stop();
    expect(server.environment.pending).toBe(0);
  });

  test('what a function has started goes on until it is stopped', async () => {
    const server = createServer();
    let later = (_data: unknown): Promise<unknown> => never();
    const running = server.run(async (_signal, emit) => {
      later = (data) => emit(event(data));
      await Promise.resolve();
    });
    await server.environment.settle();
    await later(1);
    await running.stop();
    await expect(later(2)).rejects.toThrow(ClosedError);
    expect(server.published).toEqual([1]);
  });

  test.each([
    ['nothing', undefined, 'undefined'],
    ['a number', 42, '42'],
    ['a list', [event(1)], 'object'],
    [
      'a generator that is not asynchronous',
      (function* () {
        yield event(1);
      })(),
      'object',
    ],
  ])('it gives back %s: reported, and not started again', async (_what, garbage, got) => {
    const server = createServer();
    let signal: AbortSignal | undefined;
    const running = server.run(
      (given) => {
        signal = given;
        return garbage as unknown as Promise<void>;
      },
      { name: 'feed' },
    );
    await server.environment.advance(60_000);
    expect(server.reports).toEqual([
      `source "feed": TypeError: source "feed": expected an async iterable or a promise, got ${got}`,
    ]);
    expect(server.restarts).toEqual([]);
    expect(signal?.aborted).toBe(true);
    await running.stop();
  });
});

describe('an event', () => {
  test('is published before the next one is asked for', async () => {
    const server = createServer();
    let store = (): void => {};
    server.failWith(() => new Promise<undefined>((resolve) => (store = () => resolve(undefined))));
    let asked = 0;
    const running = server.run(async function* () {
      for (;;) yield await Promise.resolve(event((asked += 1)));
    });
    await server.environment.settle();
    expect([asked, server.published]).toEqual([1, []]);
    store();
    await server.environment.settle();
    expect([asked, server.published]).toEqual([2, [1]]);
    const stopped = running.stop();
    store();
    await stopped;
  });

  test.each([
    ['its schema refuses it', new SchemaError('tick', [{ message: 'no' }])],
    ['it has no channel that can be', new TypeError('options.channel: expected …')],
  ])('that cannot be published, because %s, is reported and the next one comes', async (_why, failure) => {
    const server = createServer();
    server.failWith(({ data }) => (data === 2 ? failure : undefined));
    const running = server.run(
      async (_signal, emit) => {
        for (const n of [1, 2, 3]) await emit(event(n));
      },
      { name: 'feed' },
    );
    await server.environment.settle();
    expect(server.published).toEqual([1, 3]);
    expect(server.environment.reports).toEqual([['source "feed"', failure]]);
    expect(server.restarts).toEqual([]);
    await running.stop();
  });

  test.each([[null], [42], [undefined]])('that is %s is reported and the next one comes', async (garbage) => {
    const server = createServer();
    const running = server.run(async function* () {
      yield await Promise.resolve(garbage as unknown as Event);
      yield event(2);
    });
    await server.environment.settle();
    expect(server.published).toEqual([2]);
    expect(server.reports).toHaveLength(1);
    await running.stop();
  });

  test('is tried again while the log is not available: none is lost, none is stored twice, and it is told once', async () => {
    const server = createServer();
    let isDown = true;
    server.failWith(() => (isDown ? new LogUnavailableError('down', { retryAfterMs: 2_000 }) : undefined));
    const running = server.run(async function* () {
      for (const n of [1, 2]) yield await Promise.resolve(event(n));
    });
    await server.environment.advance(5_999);
    expect(server.published).toEqual([]);
    expect(server.reports).toHaveLength(1);
    expect(server.keys).toHaveLength(3);
    isDown = false;
    await server.environment.advance(60_000);
    expect(server.published).toEqual([1, 2]);
    expect(server.restarts).toEqual([]);
    // The same event has the same key, another one another.
    expect(new Set(server.keys.slice(0, -1)).size).toBe(1);
    expect(new Set(server.keys).size).toBe(2);
    expect(server.keys.every(Boolean)).toBe(true);
    await running.stop();
    expect(server.environment.pending).toBe(0);
  });

  test('keeps its own key, and needs none where it is in no log', async () => {
    const server = createServer();
    const running = server.run(async function* () {
      yield await Promise.resolve({ ...event(1), key: 'mine' });
      yield { ...event(2), ephemeral: true };
    });
    await server.environment.settle();
    expect(server.keys).toEqual(['mine', undefined]);
    await running.stop();
  });

  test('keeps its place, also where nobody waits for it and one before it has to be tried again', async () => {
    const server = createServer();
    let failures = 0;
    server.failWith(({ data }) => (data === 1 && (failures += 1) < 3 ? new LogUnavailableError('down') : undefined));
    const running = server.run(async (_signal, emit) => {
      for (const n of [0, 1, 2, 3]) void emit(event(n));
      await Promise.resolve();
    });
    await server.environment.advance(10_000);
    expect(server.published).toEqual([0, 1, 2, 3]);
    await running.stop();
  });

  test('of a source that waits for nothing lets others have their turn', async () => {
    const server = createServer();
    let asked = 0;
    const running = server.run(async function* () {
      // oxlint-disable-next-line typescript/await-thenable
      for (;;) yield await event((asked += 1));
    });
    await server.environment.settle();
    await running.stop();
    expect(asked).toBeGreaterThan(100);
    expect(asked).toBeLessThan(10_000);
  });
});

describe('stopping', () => {
  test('before it began: it never runs', async () => {
    const server = createServer();
    let runs = 0;
    const running = server.run(() => ((runs += 1), never()));
    expect(runs).toBe(0);
    await running.stop();
    expect(runs).toBe(0);
  });

  test('aborts the signal, asks the generator to end, and waits for it', async () => {
    const server = createServer();
    const steps: string[] = [];
    const running = server.run(async function* (signal) {
      try {
        for (let n = 0; ; n += 1) {
          yield event(n);
          await aborted(signal);
        }
      } finally {
        steps.push('begins to end');
        await new Promise<void>((resolve) => void server.environment.setTimer(resolve, 1_000));
        steps.push('ended');
      }
    });
    await server.environment.settle();
    const stopped = running.stop().then(() => steps.push('stopped'));
    await server.environment.advance(999);
    expect(steps).toEqual(['begins to end']);
    await server.environment.advance(1);
    expect(steps).toEqual(['begins to end', 'ended', 'stopped']);
    await stopped;
    expect(server.reports).toEqual([]);
    expect(server.environment.pending).toBe(0);
  });

  test('ends an iterator that waits for what never comes', async () => {
    const server = createServer();
    let end = (_result: IteratorReturnResult<undefined>): void => {};
    let returns = 0;
    const running = server.run(() => ({
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<IteratorResult<Event, undefined>>((resolve) => (end = resolve)),
        return: () => {
          returns += 1;
          end({ done: true, value: undefined });
          return Promise.resolve({ done: true as const, value: undefined });
        },
      }),
    }));
    await server.environment.settle();
    await running.stop();
    expect(returns).toBe(1);
    expect(server.reports).toEqual([]);
  });

  test.each<[string, Source<Event>]>([
    [
      'a generator that hangs',
      async function* () {
        yield event(1);
        await never();
      },
    ],
    [
      'a function that hangs',
      async (_signal, emit) => {
        await emit(event(1));
        await never();
      },
    ],
    [
      'a generator whose end hangs',
      async function* () {
        try {
          yield event(1);
          yield event(2);
          await never();
        } finally {
          await never();
        }
      },
    ],
  ])('%s is waited for for five seconds, and reported', async (_what, source) => {
    const server = createServer();
    const running = server.run(source, { name: 'feed' });
    await server.environment.settle();
    let isStopped = false;
    const stopped = running.stop().then(() => (isStopped = true));
    await server.environment.advance(4_999);
    expect(isStopped).toBe(false);
    await server.environment.advance(1);
    expect(isStopped).toBe(true);
    await stopped;
    expect(server.reports).toEqual([
      'source "feed": Error: source "feed": expected an end within 5000 ms of being stopped, got none',
    ]);
    expect(server.environment.pending).toBe(0);
  });

  test('a source that ignores the signal publishes nothing any more', async () => {
    const server = createServer();
    let release = (): void => {};
    const running = server.run(async (_signal, emit) => {
      await emit(event(1));
      await new Promise<void>((resolve) => (release = resolve));
      for (let n = 2; ; n += 1) await emit(event(n));
    });
    await server.environment.settle();
    const stopped = running.stop();
    release();
    await stopped;
    expect(server.published).toEqual([1]);
    expect(server.reports).toEqual([]);
  });

  test('in the middle of an outage: the event that waits is given up', async () => {
    const server = createServer();
    server.failWith(() => new LogUnavailableError('down'));
    const running = server.run(async function* () {
      yield await Promise.resolve(event(1));
    });
    await server.environment.settle();
    await running.stop();
    expect(server.environment.pending).toBe(0);
    expect(server.published).toEqual([]);
  });

  test('between a failure and the next start: it does not start', async () => {
    const server = createServer();
    let runs = 0;
    const running = server.run(() => ((runs += 1), Promise.reject(new Error('broken'))));
    await server.environment.settle();
    await running.stop();
    await server.environment.advance(60_000);
    expect(runs).toBe(1);
    expect(server.restarts).toEqual([]);
    expect(server.environment.pending).toBe(0);
  });

  test.each<[string, (signal: AbortSignal) => Promise<void>, string[]]>([
    [
      'the reason of the signal',
      async (signal) => {
        await aborted(signal);
        signal.throwIfAborted();
      },
      [],
    ],
    [
      'an AbortError, as timers and fetch have it',
      async (signal) => {
        await aborted(signal);
        throw new DOMException('aborted', 'AbortError');
      },
      [],
    ],
    [
      'an error of its own',
      async (signal) => {
        await aborted(signal);
        throw new Error('broken');
      },
      ['source "feed": Error: broken'],
    ],
  ])('what it ends with then: %s', async (_what, source, reports) => {
    const server = createServer();
    const running = server.run(source, { name: 'feed' });
    await server.environment.settle();
    await running.stop();
    expect(server.reports).toEqual(reports);
    expect(server.restarts).toEqual([]);
  });

  test('a generator that throws while it ends is reported', async () => {
    const server = createServer();
    const running = server.run(
      async function* (signal) {
        try {
          yield event(1);
          await aborted(signal);
          yield event(2);
        } finally {
          // oxlint-disable-next-line no-unsafe-finally
          throw new Error('broken');
        }
      },
      { name: 'feed' },
    );
    await server.environment.settle();
    await running.stop();
    expect(server.reports).toEqual(['source "feed": Error: broken']);
    expect(server.published).toEqual([1]);
  });

  test('twice is once', async () => {
    const server = createServer();
    const running = server.run((signal) => aborted(signal));
    await server.environment.settle();
    expect(running.stop()).toBe(running.stop());
    await running.stop();
    expect(server.environment.pending).toBe(0);
  });

  test('a server that is closed already ends it without a word', async () => {
    const server = createServer();
    server.failWith(() => new ClosedError());
    const running = server.run(async function* () {
      for (;;) yield await Promise.resolve(event(1));
    });
    await server.environment.advance(60_000);
    expect(server.reports).toEqual([]);
    expect(server.restarts).toEqual([]);
    await running.stop();
  });
});

describe('the door', () => {
  test.each<[unknown, SourceOptions, string]>([
    [undefined, {}, 'source: expected a function, got undefined'],
    [[event(1)], {}, 'source: expected a function, got object'],
    [
      never,
      { name: 'a\nb' },
      'options.name: expected 1 to 256 printable ASCII characters without a blank at either end, got "a\\nb"',
    ],
    [never, { baseDelayMs: 0 }, 'options.baseDelayMs: expected 1..2147483647, got 0'],
    [never, { maxDelayMs: Infinity }, 'options.maxDelayMs: expected 1..2147483647, got Infinity'],
    [never, { retries: 3 } as SourceOptions, 'options: expected name, baseDelayMs, maxDelayMs, got "retries"'],
  ])('%j with %j', (source, options, message) => {
    const server = createServer();
    expect(() => server.run(source as Source<Event>, options)).toThrow(message);
  });

  test.each<[string, Source<Event>, SourceOptions]>([
    ['feed', never, { name: 'feed' }],
    [
      'ticks',
      function ticks() {
        return never();
      },
      {},
    ],
    ['source 3', Object.defineProperty(() => never(), 'name', { value: '' }), {}],
  ])('its name is %s', (name, source, options) => {
    const server = createServer();
    expect(server.run(source, options).name).toBe(name);
  });
});
