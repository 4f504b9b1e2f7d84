import { expect, test } from 'vitest';
import { ready } from '../../packages/server/src/control.ts';
import { follow } from '../../packages/server/src/follow.ts';
import { Hub } from '../../packages/server/src/hub.ts';
import {
  createPushStream,
  type Grant,
  type Log,
  type LogEntry,
  type LogHead,
  type LogPage,
  LogUnavailableError,
  type PushStreamOptions,
} from '../../packages/server/src/index.ts';
import { locate } from '../../packages/server/src/locate.ts';
import { createLogReader } from '../../packages/server/src/log-reader.ts';
import { type Admitted, createOpening } from '../../packages/server/src/opening.ts';
import { resolveSettings } from '../../packages/server/src/resolve-options.ts';
import { Session } from '../../packages/server/src/session.ts';
import type { Sink } from '../../packages/server/src/sink.ts';
import { createStats } from '../../packages/server/src/stats.ts';
import { open } from './streams.ts';
import { createTestEnvironment, type TestEnvironment } from './support.ts';

/** What random schedules have found (`model/`), each as small as it gets. */

/** A log that does as the test says. */
class ScriptedLog implements Log {
  epoch = 'one';
  entries: LogEntry[] = [];
  /** What a call of that name waits for. */
  late: { readonly [Name in 'publish' | 'head' | 'read']?: () => Promise<unknown> } = {};
  /** Pages that the tail gives next. */
  readonly #pages: LogPage[] = [];
  #wake = (): void => {};

  get last(): LogHead {
    return { epoch: this.epoch, first: 1, last: this.entries.length };
  }

  /** Stores events of a size and lets the hub know. */
  add(count: number, bytes = 0, isTold = true): LogEntry[] {
    const first = this.entries.length + 1;
    const added = Array.from({ length: count }, (_, at) => entryOf(first + at, bytes));
    this.entries.push(...added);
    if (isTold) this.tell({ kind: 'entries', epoch: this.epoch, entries: added });
    return added;
  }

  /** Everything is lost. */
  restart(epoch: string): void {
    this.epoch = epoch;
    this.entries = [];
  }

  tell(page: LogPage): void {
    this.#pages.push(page);
    this.#wake();
  }

  async publish(): Promise<{ epoch: string; seq: number; duplicate: boolean }> {
    const [{ seq } = { seq: 0 }] = this.add(1);
    await this.late.publish?.();
    return { epoch: this.epoch, seq, duplicate: false };
  }

  async head(): Promise<LogHead> {
    await this.late.head?.();
    return this.last;
  }

  async read({ epoch, seq }: { epoch: string; seq: number }, limit: number): Promise<LogPage> {
    const page: LogPage =
      epoch === this.epoch
        ? { kind: 'entries', epoch, entries: this.entries.slice(seq, seq + limit) }
        : { kind: 'gap', reason: 'epoch', head: this.last };
    await this.late.read?.();
    return page;
  }

  async *tail(_after: unknown, signal: AbortSignal): AsyncGenerator<LogPage, void> {
    signal.addEventListener('abort', () => this.#wake());
    while (!signal.aborted) {
      const page = this.#pages.shift();
      if (page) yield page;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  async close(): Promise<void> {}
}

const entryOf = (seq: number, bytes = 0): LogEntry => ({
  seq,
  time: 0,
  type: 'tick',
  data: JSON.stringify('x'.repeat(bytes)),
  channel: 'default',
});

/** A body in the test's hand. */
class ScriptedSink implements Sink {
  readonly isFramed = false;
  readonly texts: string[] = [];
  takes = true;
  bufferedBytes = 0;
  isEnded = false;
  isDestroyed = false;
  /** Called for each chunk. */
  inside: () => void = () => {};
  /** Hosts tell it at once, or later. */
  closes: () => void = () => {};

  get text(): string {
    return this.texts.join('');
  }

  write(bytes: Uint8Array): boolean {
    this.texts.push(`${this.isEnded ? 'LATE ' : ''}${Buffer.from(bytes).toString()}`);
    if (!this.takes) this.bufferedBytes += bytes.length;
    this.inside();
    return this.takes;
  }

  end(): void {
    this.isEnded = true;
  }

  destroy(): void {
    this.isDestroyed = true;
    this.closes();
  }
}

interface Bench {
  readonly environment: TestEnvironment;
  readonly log: ScriptedLog;
  readonly hub: Hub;
  /** A stream behind a number. */
  stream(seq?: number, sink?: ScriptedSink): { readonly sink: ScriptedSink; readonly session: Session };
  end(): void;
}

/** A hub on a log in the test's hand, and streams on bodies in its hand. */
async function bench(options: PushStreamOptions = {}, log: ScriptedLog = new ScriptedLog()): Promise<Bench> {
  const environment = createTestEnvironment();
  const settings = resolveSettings({ heartbeatMs: 1_000, ...options }, environment);
  const { bufferedBytes, replays, stalledMs } = settings.limits;
  const hub = new Hub({
    log,
    stats: createStats(),
    environment,
    watcher: { begins: () => Promise.resolve(), entered() {}, left() {}, ordered() {}, jumped() {} },
    bufferedBytes: () => bufferedBytes,
    replays: () => replays,
  });
  const ended = new AbortController();
  void follow(log, hub, environment, ended.signal);
  await environment.settle();
  return {
    environment,
    log,
    hub,
    stream(seq = hub.applied, sink = new ScriptedSink()) {
      const audience = hub.audiences.enter({ channels: [], types: [], tags: [] });
      const identity = {
        connectionId: environment.token(),
        session: undefined,
        clientId: undefined,
        credential: undefined,
        connectedAt: 0,
      };
      const { maxConnectionAgeMs } = settings;
      const endsAt = maxConnectionAgeMs === false ? Infinity : hub.now() + maxConnectionAgeMs;
      const policy = { ...settings.slowConsumer, stalledMs, heartbeatMs: settings.heartbeatMs };
      const lifetime = { endsAt, reason: 'age' } as const;
      const session = new Session(hub, sink, audience, { identity, policy, lifetime, seq }, hub.forget);
      hub.enter(session);
      session.start('');
      session.resume();
      return { sink, session };
    },
    end: () => ended.abort(),
  };
}

const numbers = (text: string): number[] => [...text.matchAll(/^id: \w+\.(\d+)\n/gm)].map(([, seq]) => Number(seq));

test('cut between ready and reset, a stream does not go on as if nothing were lost: ready has no id then', () => {
  const info = { connectionId: 'c', cursor: 'e.9', resumed: false, replayed: 0, heartbeatMs: 1 };
  expect(ready(info, undefined, true)).not.toMatch(/^id/m);
  expect(ready(info, undefined, false)).toMatch(/^id: e\.9$/m);
});

test('who was revoked while it was let in gets nothing replayed', async () => {
  const environment = createTestEnvironment();
  const push = createPushStream({ environment, authorize: () => ({ clientId: 'ann' }) });
  const cursor = await push.cursor();
  await push.publish('secret', 1);
  await environment.settle();
  const answer = push.fetch(new Request('http://server.test/', { headers: { 'last-event-id': cursor } }));
  void push.revoke({ clientId: 'ann' });
  const text = await (await answer).text();
  expect(text).toContain('pushstream.closing');
  expect(text).not.toContain('secret');
  await push.close();
});

/** What was found out about a request with that cursor. */
function admitted(lastEventId: string, grant: Grant = {}): Admitted {
  const [epoch = '', seq] = lastEventId.split('.');
  return {
    request: { method: 'GET', url: new URL('http://server.test/'), headers: new Headers(), native: undefined },
    grant,
    subscription: { channels: [], types: [], tags: [] },
    location: { epoch, verdict: { kind: 'resume', seq: Number(seq) } },
    requested: lastEventId,
  };
}

const anyPlace = { leave() {}, refusal: () => undefined };

test('whose grant has ended while it was let in gets nothing replayed', async () => {
  const { environment, hub, log, end } = await bench();
  log.add(5);
  await environment.settle();
  const sink = new ScriptedSink();
  const expiresAt = environment.now() - 1;
  createOpening(hub, resolveSettings({}, environment), admitted('one.2', { expiresAt }), anyPlace).begin(sink);
  expect(numbers(sink.text)).toEqual([2]);
  expect(sink.text).toContain('{"reason":"expired"');
  expect(sink.isEnded).toBe(true);
  end();
});

test('a place that the log has lost since it was looked up is a reset, not a wait without an end', async () => {
  const { environment, hub, log, end } = await bench();
  log.add(5);
  await environment.settle();
  const sink = new ScriptedSink();
  createOpening(hub, resolveSettings({}, environment), admitted('one.9'), anyPlace).begin(sink);
  expect(sink.text).toContain('"reason":"ahead"');
  log.add(1);
  await environment.settle();
  expect(numbers(sink.text)).toEqual([5, 6]);
  end();
});

test('nothing is written behind the end of a stream that is due for a sign of life', async () => {
  const { environment, hub, stream, end } = await bench({ maxConnectionAgeMs: 1_000 });
  const { sink } = stream();
  await environment.advance(1_500);
  expect(hub.stats.ended).toEqual({ age: 1 });
  expect(sink.text).not.toContain('LATE');
  end();
});

test.each(['wait', 'spill', 'disconnect'] as const)(
  'a stream that is ended by the event that it was to keep stays ended: %s',
  async (strategy) => {
    const { environment, hub, log, stream, end } = await bench({
      slowConsumer: { strategy, capacity: 1 },
      limits: { bufferedBytes: 2_000 },
    });
    const { sink, session } = stream();
    sink.closes = () => session.closed();
    sink.takes = false;
    log.add(1);
    await environment.settle();
    log.add(3, 1_000);
    await environment.settle();
    expect(hub.stats.ended).toEqual({ memory: 1 });
    expect(hub.crowded.size).toBe(0);
    await environment.advance(20_000);
    expect(hub.stats.ended).toEqual({ memory: 1 });
    expect(environment.pending).toBe(0);
    end();
  },
);

test('above the bytes of all, only those who hold some are ended, though hosts tell of an end later', async () => {
  const { environment, hub, log, stream, end } = await bench({ limits: { bufferedBytes: 2_500 } });
  const slow = [stream(), stream(), stream()];
  const quick = stream();
  // What it has is on its way in a moment.
  quick.sink.bufferedBytes = 50_000;
  for (const { sink } of slow) sink.takes = false;
  log.add(1, 1_000);
  await environment.settle();
  expect(slow.filter(({ sink }) => sink.isDestroyed)).toHaveLength(1);
  expect(quick.sink.isDestroyed).toBe(false);
  expect(hub.stats.bufferedBytes).toBeLessThanOrEqual(2_500);
  end();
});

test.each(['drop', 'conflate'] as const)(
  '%s: a loss is told before the next event, also where nothing else waits',
  async (strategy) => {
    const { environment, log, stream, end } = await bench({ slowConsumer: { strategy, capacityBytes: 100 } });
    const { sink, session } = stream();
    sink.takes = false;
    log.add(1);
    await environment.settle();
    // Larger than everything that may wait.
    log.add(1, 500);
    await environment.settle();
    sink.takes = true;
    session.drained();
    log.add(1);
    await environment.settle();
    expect(sink.text).toMatch(
      /id: one\.1\n\nevent: pushstream\.dropped\n.*"from":"one\.2","to":"one\.2".*\n\n.*\n.*\nid: one\.3/,
    );
    end();
  },
);

test('conflate: an ephemeral event takes the place of none that is stored', async () => {
  const { environment, hub, log, stream, end } = await bench({ slowConsumer: 'conflate' });
  const { sink, session } = stream();
  sink.takes = false;
  log.add(1);
  await environment.settle();
  log.add(1);
  await environment.settle();
  hub.pass({ type: 'tick', data: '"now"', channel: 'default', time: 0 });
  await environment.settle();
  sink.takes = true;
  session.drained();
  expect(numbers(sink.text)).toEqual([1, 2]);
  expect(sink.text).toContain('"now"');
  end();
});

test('a sign of life names the epoch of now', async () => {
  const { environment, log, stream, end } = await bench();
  log.add(2);
  await environment.settle();
  const { sink } = stream();
  await environment.advance(1_500);
  expect(sink.texts.at(-1)).toBe('id: one.2\n\n');
  log.restart('two');
  log.add(2, 0, false);
  log.tell({ kind: 'gap', reason: 'epoch', head: log.last });
  await environment.advance(1_500);
  expect(sink.texts.at(-1)).toBe('id: two.2\n\n');
  end();
});

test('while a page is read, a sign of life does not lead into a new epoch by an old number', async () => {
  const { environment, log, stream, end } = await bench();
  log.add(2_000);
  await environment.settle();
  log.late = { read: () => new Promise(() => {}) };
  const { sink } = stream(5);
  log.restart('two');
  log.tell({ kind: 'gap', reason: 'epoch', head: log.last });
  await environment.advance(3_000);
  expect(sink.text).not.toContain('two.5');
  expect(sink.text).toMatch(/event: pushstream\.reset\n.*\nid: two\.0/);
  end();
});

test('a stream that hears from its replay that the log has begun anew is told once, with all others', async () => {
  const { environment, hub, log, stream, end } = await bench();
  log.add(2_000);
  await environment.settle();
  log.restart('two');
  const { sink } = stream(5);
  await environment.advance(1_500);
  log.tell({ kind: 'gap', reason: 'epoch', head: log.last });
  await environment.advance(3_000);
  log.add(1);
  await environment.settle();
  expect(sink.text.match(/"reason":.*/g)).toEqual(['"reason":"epoch","requested":"one.5","resumedFrom":"two.0"}']);
  expect(sink.text).toMatch(/^id: two\.1$/m);
  expect(hub.stats.resets).toEqual({ epoch: 1 });
  expect(environment.reports).toEqual([]);
  end();
});

test('a reset names no place that its stream has not come to, also in the middle of a batch', async () => {
  const { environment, hub, log, stream, end } = await bench();
  log.add(5);
  await environment.settle();
  // More than get a batch in one turn.
  const sinks = Array.from({ length: 1_100 }, () => stream().sink);
  hub.apply({ kind: 'entries', epoch: 'one', entries: log.add(2, 0, false) });
  while (!hub.isBusy) await new Promise(setImmediate);
  log.restart('two');
  hub.apply({ kind: 'gap', reason: 'epoch', head: log.last });
  await environment.settle();
  for (const { text } of sinks) {
    const [, requested] = /"requested":"one\.(\d+)"/.exec(text) ?? [];
    expect(Number(requested)).toBeLessThanOrEqual(text.includes('id: one.7') ? 7 : 5);
  }
  expect(sinks.filter(({ text }) => text.includes('id: one.7'))).toHaveLength(1_000);
  end();
});

test('ephemeral events go on when the log has begun anew', async () => {
  const { environment, hub, log, stream, end } = await bench();
  const { sink } = stream();
  log.add(5);
  await environment.settle();
  // Stored, and not come yet.
  hub.stored('one', 9);
  hub.pass({ type: 'tick', data: '"before"', channel: 'default', time: 0 });
  log.restart('two');
  log.tell({ kind: 'gap', reason: 'epoch', head: log.last });
  await environment.settle();
  hub.pass({ type: 'tick', data: '"after"', channel: 'default', time: 0 });
  await environment.settle();
  expect(sink.text).toContain('"after"');
  end();
});

test('an ephemeral event comes behind what was stored in an epoch that this instance had not heard of', async () => {
  const { environment, hub, log, stream, end } = await bench();
  const { sink } = stream();
  log.restart('two');
  log.add(1, 0, false);
  hub.stored('two', 1);
  log.tell({ kind: 'gap', reason: 'epoch', head: { epoch: 'two', first: 1, last: 0 } });
  await environment.settle();
  hub.pass({ type: 'tick', data: '"after"', channel: 'default', time: 0 });
  await environment.settle();
  log.tell({ kind: 'entries', epoch: 'two', entries: log.entries });
  await environment.settle();
  expect(sink.text).toMatch(/id: two\.1\n[^]*"after"/);
  end();
});

test('an ephemeral event that is published before its instance has begun overtakes nothing that was stored before it', async () => {
  const log = new ScriptedLog();
  log.late = { head: () => new Promise(() => {}) };
  const { environment, hub, stream, end } = await bench({}, log);
  hub.stored('one', 1);
  const behind = hub.pass({ type: 'tick', data: '"ephemeral"', channel: 'default', time: 0 });
  // The others have to wait for that.
  expect(behind).toEqual({ epoch: 'one', seq: 1 });
  hub.begin({ epoch: 'one', last: 0 });
  const { sink } = stream();
  hub.apply({ kind: 'entries', epoch: 'one', entries: log.add(1) });
  await environment.settle();
  // Nobody was there yet who could get it.
  expect(sink.text).toMatch(/^id: one\.1$/m);
  expect(sink.text).not.toContain('"ephemeral"');
  end();
});

test('a stream that was ended is cut off after five seconds, whatever it was due for before', async () => {
  const { environment, hub, log, stream, end } = await bench({ limits: { stalledMs: 3_000 } });
  const { sink, session } = stream();
  sink.closes = () => session.closed();
  sink.takes = false;
  log.add(1);
  await environment.settle();
  session.end('drain');
  await environment.advance(4_900);
  expect(sink.isDestroyed).toBe(false);
  await environment.advance(300);
  expect(sink.isDestroyed).toBe(true);
  expect(hub.sessions.size).toBe(0);
  end();
});

test('a host that closes in the middle of a write leaves no bytes behind', async () => {
  const { environment, hub, log, stream, end } = await bench();
  const { sink, session } = stream();
  sink.takes = false;
  sink.inside = () => session.closed();
  log.add(1, 100);
  await environment.settle();
  expect(hub.sessions.size).toBe(0);
  expect(hub.stats.bufferedBytes).toBe(0);
  end();
});

test('a page that is read from the log is bounded in bytes, as any other', async () => {
  const { environment, log, stream, end } = await bench();
  log.add(40, 100_000);
  log.add(2_000);
  for (let turns = 0; turns < 10; turns += 1) await environment.settle();
  const { sink } = stream(0);
  for (let turns = 0; turns < 10; turns += 1) await environment.settle();
  expect(numbers(sink.text)).toHaveLength(2_040);
  expect(Math.max(...sink.texts.map(({ length }) => length))).toBeLessThan(132_000);
  end();
});

test('a log that has nothing where something should be is not asked again at once', async () => {
  const { environment, log, stream, end } = await bench();
  log.add(2_000);
  await environment.settle();
  let reads = 0;
  log.late = {
    read() {
      reads += 1;
      return Promise.resolve();
    },
  };
  log.entries = [];
  stream(0);
  await environment.advance(3_500);
  expect(reads).toBe(4);
  expect(environment.reports[0]).toEqual(['reading the log', expect.any(LogUnavailableError)]);
  end();
});

test('no more is read at a time than is allowed, also where others ask in the moment that one is done', async () => {
  const environment = createTestEnvironment();
  let [reading, most, asked] = [0, 0, 0];
  const log = new ScriptedLog();
  log.add(1, 0, false);
  const reads: Promise<unknown>[] = [];
  function ask(): void {
    asked += 1;
    if (asked < 50) reads.push(reader.read({ epoch: 'one', seq: 0 }, 1, () => true));
  }
  log.late = {
    async read() {
      reading += 1;
      most = Math.max(most, reading);
      await environment.settle();
      reading -= 1;
      let later = Promise.resolve();
      for (let step = 0; step < 8; step += 1) later = later.then(ask);
    },
  };
  const reader = createLogReader(log, () => 2, environment);
  for (let n = 0; n < 8; n += 1) ask();
  for (const read of reads) await read;
  expect(most).toBe(2);
});

test('who is gone when it is its turn reads nothing', async () => {
  const environment = createTestEnvironment();
  const log = new ScriptedLog();
  log.add(1, 0, false);
  let reads = 0;
  log.late = {
    async read() {
      reads += 1;
      await environment.settle();
    },
  };
  const reader = createLogReader(log, () => 1, environment);
  const after = { epoch: 'one', seq: 0 };
  const all = Array.from({ length: 50 }, (_, n) => reader.read(after, 1, () => n === 0 || n === 49));
  const pages = await Promise.all(all);
  expect(reads).toBe(2);
  expect(pages.filter((page) => page !== undefined)).toHaveLength(2);
});

test('who comes from a newer epoch is not led back by an instance that has not heard of it', async () => {
  const environment = createTestEnvironment();
  const log = new ScriptedLog();
  log.add(20, 0, false);
  const push = createPushStream({ log, environment });
  await environment.settle();
  // Twice: the client has seen the one in between.
  log.restart('three');
  log.add(2, 0, false);
  const opening = open(push.fetch, '/', { 'last-event-id': 'two.7' });
  await environment.settle();
  log.tell({ kind: 'gap', reason: 'epoch', head: log.last });
  const stream = await opening;
  expect(await stream.control('reset')).toMatchObject([{ reason: 'epoch', resumedFrom: 'three.2' }]);
  await push.close();
});

test('a place that was found in one epoch is not taken for one in the next, whenever that begins', async () => {
  for (let depth = 0; depth < 12; depth += 1) {
    const { environment, hub, log, end } = await bench();
    log.add(5);
    await environment.settle();
    log.late = {
      head() {
        let later = Promise.resolve();
        for (let step = 0; step < depth; step += 1) later = later.then(() => {});
        void later.then(() => hub.apply({ kind: 'gap', reason: 'epoch', head: { epoch: 'two', first: 1, last: 9 } }));
        return Promise.resolve();
      },
    };
    const located = locate(hub, log, 'one.3', 100);
    located.catch(() => {});
    await environment.advance(6_000);
    const found = await located.catch(() => undefined);
    if (found?.verdict.kind === 'resume') expect(found.epoch).toBe('one');
    end();
  }
});

test('ephemeral events keep the order of the calls, in whatever order the log answers', async () => {
  const environment = createTestEnvironment();
  const log = new ScriptedLog();
  const answers: Array<() => void> = [];
  log.late = { publish: () => new Promise<void>((resolve) => void answers.push(resolve)) };
  const push = createPushStream({ log, environment });
  await environment.settle();
  const stream = await open(push.fetch);
  const publish = (n: number, ephemeral: boolean): void => void push.publish('tick', n, { ephemeral });
  publish(1, false);
  publish(2, true);
  publish(3, false);
  publish(4, true);
  await environment.settle();
  for (const answer of answers.toReversed()) {
    answer();
    await environment.settle();
  }
  const ephemeral = (await stream.events()).filter(([id]) => id === undefined).map(([, n]) => n);
  expect(ephemeral).toEqual([2, 4]);
  await push.close();
});
