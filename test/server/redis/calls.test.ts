import { EventEmitter } from 'node:events';
import { describe, expect, test } from 'vitest';
import { type Calls, createCalls } from '../../../packages/server/src/log/redis/calls.ts';
import type { RedisConnection } from '../../../packages/server/src/log/redis/connection.ts';
import { createTestEnvironment, type TestEnvironment } from '../support.ts';

/** A connection whose answers the test gives. */
class FakeConnection extends EventEmitter implements RedisConnection {
  readonly asked: Array<{ words: readonly string[]; resolve(value: unknown): void; reject(error: unknown): void }> = [];
  destroyed = 0;
  arrive: (error?: Error) => void = () => {};

  connect(): Promise<unknown> {
    return new Promise<void>((resolve, reject) => {
      this.arrive = (error) => {
        if (error) return reject(error);
        this.emit('connect');
        resolve();
      };
    });
  }

  sendCommand(words: readonly string[]): Promise<unknown> {
    return new Promise((resolve, reject) => void this.asked.push({ words, resolve, reject }));
  }

  subscribe(): Promise<unknown> {
    return Promise.reject(new Error('expected calls'));
  }

  destroy(): void {
    this.destroyed += 1;
    for (const { reject } of this.asked.splice(0)) reject(new Error('destroyed'));
  }

  /** The oldest question gets its answer. */
  answer(value: unknown): void {
    const one = this.asked.shift();
    if (value instanceof Error) one?.reject(value);
    else one?.resolve(value);
  }

  get questions(): string[] {
    return this.asked.map(({ words }) => (words[0] === 'SCRIPT' ? 'SCRIPT' : String(words.at(-1))));
  }
}

interface World {
  readonly environment: TestEnvironment;
  readonly connections: FakeConnection[];
  readonly calls: Calls;
  /** What became of a call. */
  readonly results: Map<string, unknown>;
  ask(name: string): void;
  /** The newest connection, ready to be used. */
  connect(): Promise<FakeConnection>;
}

function createWorld(): World {
  const environment = createTestEnvironment();
  const connections: FakeConnection[] = [];
  const results = new Map<string, unknown>();
  const calls = createCalls(() => {
    const connection = new FakeConnection();
    connections.push(connection);
    return connection;
  }, environment);
  return {
    environment,
    connections,
    calls,
    results,
    ask: (name) =>
      void calls.call([], [name]).then(
        (value) => results.set(name, value),
        (error: unknown) => results.set(name, (error as { code: string }).code),
      ),
    async connect() {
      const connection = connections.at(-1);
      if (!connection) throw new Error('Expected a connection, got none');
      connection.arrive();
      await environment.settle();
      connection.answer('sha');
      await environment.settle();
      return connection;
    },
  };
}

describe('calls of the script', () => {
  test('nothing is connected before the first call', async () => {
    const { environment, connections, calls } = createWorld();
    await environment.settle();
    expect(connections).toEqual([]);
    await calls.close();
    expect(environment.pending).toBe(0);
  });

  test('calls that wait for a connection are made in their order', async () => {
    const { environment, connect, ask, results } = createWorld();
    for (const name of ['a', 'b', 'c']) ask(name);
    const connection = await connect();
    expect(connection.questions).toEqual(['a', 'b', 'c']);
    for (const answer of [1, 2, 3]) connection.answer(answer);
    await environment.settle();
    expect([...results]).toEqual([
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ]);
    expect(environment.pending).toBe(0);
  });

  test('the script is forgotten: those it refused come first, in their order, then those that came meanwhile', async () => {
    const { environment, connect, ask } = createWorld();
    ask('a');
    const connection = await connect();
    ask('b');
    connection.answer(new Error('NOSCRIPT no matching script'));
    await environment.settle();
    ask('c');
    expect(connection.questions).toEqual(['b']);
    connection.answer(new Error('NOSCRIPT no matching script'));
    await environment.settle();
    expect(connection.questions).toEqual(['SCRIPT']);
    connection.answer('sha');
    await environment.settle();
    expect(connection.questions).toEqual(['a', 'b', 'c']);
  });

  test('the connection is lost while the script is learnt again: what was refused is asked at the next one', async () => {
    const { environment, connections, connect, ask } = createWorld();
    ask('a');
    const first = await connect();
    first.answer(new Error('NOSCRIPT no matching script'));
    await environment.settle();
    ask('b');
    first.emit('error', new Error('cut'));
    await environment.advance(100);
    expect(connections).toHaveLength(2);
    const second = await connect();
    expect(second.questions).toEqual(['a', 'b']);
  });

  test('what was sent when the connection is lost fails, what was not is sent at the next one', async () => {
    const { environment, connect, ask, results } = createWorld();
    ask('a');
    const first = await connect();
    first.emit('error', new Error('cut'));
    await environment.settle();
    ask('b');
    expect([...results]).toEqual([['a', 'log-unavailable']]);
    await environment.advance(100);
    const second = await connect();
    expect(second.questions).toEqual(['b']);
  });

  test('an answer that does not come: the call fails in time, and another connection is made', async () => {
    const { environment, connections, connect, ask, results } = createWorld();
    ask('a');
    const first = await connect();
    await environment.advance(4_900);
    expect(results.size).toBe(0);
    await environment.advance(200);
    expect(results.get('a')).toBe('log-unavailable');
    expect(first.destroyed).toBe(1);
    await environment.advance(100);
    expect(connections).toHaveLength(2);
    ask('b');
    expect((await connect()).questions).toEqual(['b']);
  });

  test.each([
    ['READONLY', "READONLY You can't write against a read only replica. script: 6b81, on @user_script:1."],
    [
      'READONLY',
      "ERR Error running script (call to f_1028): @user_script:4: @user_script: 4: -READONLY You can't write against a read only replica.",
    ],
    ['NOREPLICAS', 'NOREPLICAS Not enough good replicas to write.'],
    ['MASTERDOWN', "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'."],
  ])('%s, as this or that Redis says it: the call fails with that word, and is tried elsewhere', async (code, text) => {
    const { environment, connections, connect, calls } = createWorld();
    const asked = calls.call([], ['a']);
    const failing = expect(asked).rejects.toThrow(`Expected an answer from Redis, got ${code}`);
    const first = await connect();
    first.answer(new Error(text));
    await failing;
    await environment.advance(100);
    expect(first.destroyed).toBe(1);
    expect(connections).toHaveLength(2);
  });

  test.each([
    ['OOM', "OOM command not allowed when used memory > 'maxmemory'."],
    ['MISCONF', 'MISCONF Redis is configured to save RDB snapshots, but it is unable to persist to disk.'],
    ['NOPERM', "NOPERM this user has no permissions to run the 'evalsha' command"],
    ['none', 'Socket closed unexpectedly'],
  ])('%s fails the call, and no other server is looked for', async (code, text) => {
    const { environment, connections, connect, calls } = createWorld();
    const failing = expect(calls.call([], ['a'])).rejects.toThrow(`Expected an answer from Redis, got ${code}`);
    (await connect()).answer(new Error(text));
    await failing;
    await environment.advance(1_000);
    expect(connections).toHaveLength(1);
  });

  test('without a connection calls wait for two seconds together; from then on they fail at once', async () => {
    const { environment, connections, connect, ask, results } = createWorld();
    ask('a');
    connections[0]?.arrive(new Error('refused'));
    await environment.advance(1_500);
    ask('b');
    expect(results.size).toBe(0);
    await environment.advance(600);
    expect([...results.values()]).toEqual(['log-unavailable', 'log-unavailable']);
    ask('c');
    await environment.settle();
    expect(results.get('c')).toBe('log-unavailable');
    await environment.advance(1_000);
    const connection = await connect();
    ask('d');
    expect(connection.questions).toEqual(['d']);
  });

  test('attempts become rare, never rarer than one a second, and begin anew after a success', async () => {
    const { environment, connections, connect, ask } = createWorld();
    ask('a');
    const gaps: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      const count = connections.length;
      connections.at(-1)?.arrive(new Error('refused'));
      const begin = environment.monotonicNow();
      while (connections.length === count) await environment.advance(10);
      gaps.push(environment.monotonicNow() - begin);
    }
    expect(gaps).toEqual([...gaps].sort((a, b) => a - b));
    expect(gaps[0]).toBeLessThanOrEqual(50);
    expect(gaps.at(-1)).toBeGreaterThan(500);
    expect(gaps.at(-1)).toBeLessThanOrEqual(1_000);
    const connection = await connect();
    connection.emit('end');
    const count = connections.length;
    await environment.advance(50);
    expect(connections.length).toBe(count + 1);
  });

  test('closed on its way, a connection that arrives all the same is ended', async () => {
    const { environment, connections, calls, ask, results } = createWorld();
    ask('a');
    const closing = calls.close();
    await environment.settle();
    expect(results.get('a')).toBe('closed');
    connections[0]?.arrive();
    await closing;
    expect(connections[0]?.destroyed).toBe(2);
    expect(environment.pending).toBe(0);
    ask('b');
    await environment.settle();
    expect(results.get('b')).toBe('closed');
    expect(connections).toHaveLength(1);
  });

  test('at the end what was sent has a second to be answered, what was not is refused', async () => {
    const { environment, calls, connect, ask, results } = createWorld();
    ask('a');
    ask('b');
    const connection = await connect();
    const closing = calls.close();
    connection.answer(1);
    await environment.advance(900);
    expect(connection.destroyed).toBe(0);
    await environment.advance(200);
    await closing;
    expect([...results]).toEqual([
      ['a', 1],
      ['b', 'closed'],
    ]);
    expect(environment.pending).toBe(0);
  });
});
