import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { redisLog } from '../../../packages/server/src/log/redis/redis-log.ts';
import { cert, key } from '../../transports/certificate.ts';
import { freePort, hasRedis, startRedis } from '../../support/redis.ts';
import { elapse, until } from '../../support/until.ts';
import { entry, follow, quiet } from './support.ts';

const SECRET = 'p@ss/w:rd%&?';
const encoded = encodeURIComponent(SECRET);

describe('options', () => {
  test.each([
    ['no URL', {}, 'options.url: expected string, got undefined'],
    ['another scheme', { url: `http://:${encoded}@a` }, 'options.url: expected redis://host or rediss://host'],
    ['what is no URL', { url: `redis://:${encoded}@[` }, 'options.url: expected redis://host or rediss://host'],
    ['a database that is none', { url: `redis://:${encoded}@a/b` }, 'options.url: expected the number of a database'],
    ['a broken escape', { url: `redis://:${encoded}%zz@a` }, 'options.url: expected a user and a password in percent'],
    ['braces in a name', { url: 'redis://a', hub: 'a{b}' }, 'options.hub: expected segments of letters'],
    ['braces in the prefix', { url: 'redis://a', prefix: '{a}' }, 'options.prefix: expected 1 to 64 letters'],
    ['no entries', { url: 'redis://a', maxEvents: 0 }, 'options.maxEvents: expected whole 1..16777216, got 0'],
    ['an endless window', { url: 'redis://a', keyWindowMs: Infinity }, 'options.keyWindowMs: expected whole 1..'],
    ['an unknown one', { url: 'redis://a', maxKeys: 1 }, 'options: expected url, hub, prefix'],
  ])('%s is refused, and nothing of the URL is repeated', (_, options, message) => {
    let error: unknown;
    try {
      redisLog(options as { url: string });
    } catch (thrown) {
      error = thrown;
    }
    expect(String(error)).toContain(message);
    for (const secret of [SECRET, encoded]) expect(inspect(error, { depth: 9 })).not.toContain(secret);
  });
});

describe('without a Redis', () => {
  test('a log that is never used connects nowhere, and closes', async () => {
    const log = redisLog({ url: 'redis://127.0.0.1:1' }, quiet);
    await log.close();
    await expect(log.head()).rejects.toMatchObject({ code: 'closed' });
  });

  test('what was tried in vain leaves no timer and no socket behind, and keeps no process alive', async () => {
    const port = await (hasRedis ? freePort() : Promise.resolve(1));
    const script = `
      import { redisLog } from './packages/server/src/redis/index.ts';
      // As a server has: timers of ours keep nobody alive.
      const other = setInterval(() => {}, 100);
      const log = redisLog({ url: 'redis://127.0.0.1:${port}' }, { reportError() {} });
      const controller = new AbortController();
      const tail = log.tail({ epoch: 'a', seq: 1 }, controller.signal)[Symbol.asyncIterator]();
      const page = tail.next();
      await log.head().catch((error) => console.log(error.code));
      await log.close();
      clearInterval(other);
      console.log((await page).done, process.getActiveResourcesInfo().filter((name) => !/Pipe|TTY/.test(name)).join());
    `;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script]);
    let output = '';
    child.stdout.on('data', (text) => (output += String(text)));
    child.stderr.on('data', (text) => (output += String(text)));
    const begin = performance.now();
    await once(child, 'close');
    expect(output).toBe('log-unavailable\ntrue \n');
    expect(performance.now() - begin).toBeLessThan(10_000);
  });

  test('a server that accepts and is silent is given up, and closing waits for nobody', async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => sockets.add(socket.resume().on('error', () => {}))).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    const log = redisLog({ url: `redis://127.0.0.1:${typeof address === 'object' ? address?.port : 0}` }, quiet);
    const tail = follow(log, { epoch: 'a', seq: 0 });
    const begin = performance.now();
    await expect(log.publish(entry('a'))).rejects.toMatchObject({ code: 'log-unavailable' });
    expect(performance.now() - begin).toBeLessThan(2_500);
    await until(() => sockets.size >= 2);
    const closing = performance.now();
    await log.close();
    expect(performance.now() - closing).toBeLessThan(1_000);
    expect(tail.failures).toEqual([]);
    await expect
      .poll(() => [...sockets].every(({ readableEnded, destroyed }) => readableEnded || destroyed))
      .toBe(true);
    silent.close();
  });
});

describe.skipIf(!hasRedis)('with a Redis', () => {
  test('a password and a database of the URL are used; nothing else gets in', async () => {
    await using server = await startRedis({ password: SECRET });
    const log = redisLog({ url: `${server.url}/3` }, quiet);
    expect(await log.publish(entry('a'))).toMatchObject({ seq: 1 });
    expect(String(await server.command('INFO', 'keyspace'))).toContain('db3:keys=2');
    await log.close();
  });

  test('TLS by the URL, held to the certificates that are given', async () => {
    await using server = await startRedis({ password: SECRET });
    const outside = createTlsServer({ key, cert }, (socket) => {
      const inside = connect(server.port, '127.0.0.1');
      socket
        .on('error', () => inside.destroy())
        .pipe(inside)
        .on('error', () => socket.destroy())
        .pipe(socket);
    }).listen(0, '127.0.0.1');
    await once(outside, 'listening');
    const address = outside.address();
    const url = `rediss://:${encoded}@localhost:${typeof address === 'object' ? address?.port : 0}`;
    const [trusting, careful] = [{ tls: true as const, ca: cert }, undefined].map((socket) =>
      redisLog({ url, ...(socket && { client: { socket } }) }, quiet),
    );
    expect(await trusting?.publish(entry('a'))).toMatchObject({ seq: 1 });
    await expect(careful?.publish(entry('b'))).rejects.toMatchObject({
      code: 'log-unavailable',
      cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    });
    await Promise.all([trusting?.close(), careful?.close()]);
    outside.close();
  });

  test.concurrent.each([
    ['a wrong password', (port: number) => `redis://:${encoded}@127.0.0.1:${port}`],
    ['a wrong user', (port: number) => `redis://${encoded}:${encoded}@127.0.0.1:${port}`],
    ['TLS where there is none', (port: number) => `rediss://:${encoded}@127.0.0.1:${port}`],
    ['nobody there', () => `redis://:${encoded}@127.0.0.1:1`],
    ['a name that is none', () => `redis://:${encoded}@nowhere.invalid`],
  ])('%s: an error that says so without the password', async (_, url) => {
    await using server = await startRedis({ password: 'another' });
    const reports: unknown[] = [];
    const log = redisLog({ url: url(server.port) }, { reportError: (error) => void reports.push(error) });
    const tail = follow(log, { epoch: 'a', seq: 0 });
    const error: unknown = await log.publish(entry('a')).catch((reason: unknown) => reason);
    await until(() => reports.length > 0, 5_000);
    await log.close();
    expect(error).toMatchObject({ code: 'log-unavailable' });
    expect(reports).toHaveLength(1);
    const told = inspect([error, reports], { depth: 9, showHidden: true });
    for (const secret of [SECRET, encoded]) expect(told).not.toContain(secret);
    expect(tail.failures).toEqual([]);
  });

  test('two connections per log, however many tails; none when it is closed', async () => {
    await using server = await startRedis();
    const connections = async (): Promise<number> =>
      String(await server.command('CLIENT', 'LIST'))
        .trim()
        .split('\n').length - 1;
    const log = redisLog({ url: server.url }, quiet);
    const { epoch } = await log.head();
    expect(await connections()).toBe(1);
    const tails = Array.from({ length: 20 }, () => follow(log, { epoch, seq: 0 }));
    await log.publish(entry('a'));
    await until(() => tails.every(({ data }) => data.length === 1));
    expect(await connections()).toBe(2);
    await log.close();
    await expect.poll(connections).toBe(0);
  });

  test('an outage is reported once, however long it lasts', async () => {
    await using server = await startRedis({ append: 'always' });
    const reports: string[] = [];
    const log = redisLog({ url: server.url }, { reportError: (_, where) => void reports.push(where) });
    using tail = follow(log, { ...(await log.head()), seq: 0 });
    await log.publish(entry('a'));
    await until(() => tail.data.length === 1);
    for (const round of [1, 2]) {
      await server.kill();
      await elapse(700);
      await server.start();
      await until(async () => (await log.head()).last);
      await elapse(1_500);
      expect(reports).toEqual(Array.from({ length: round }, () => 'the log in Redis'));
    }
    await log.close();
  });
});
