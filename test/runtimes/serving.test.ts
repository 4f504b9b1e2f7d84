import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../packages/tarball.ts';
import { leaveAll, read, type Reading } from '../server/hosts/client.ts';
import { elapse, until } from '../support/until.ts';
import { isThere, type ProcessRuntime, processRuntimes } from './processes.ts';
import { serveIn, type Served } from './served.ts';

const mayMiss = process.env['CI'] !== 'true';
const MiB = 1_048_576;
/** No heartbeat comes within any test. */
const SILENT = 600_000;

let folder: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  // As a package, though not as the published one: that takes a build, and is tried elsewhere.
  const server = join(folder, 'node_modules/pushstream-server');
  await mkdir(server, { recursive: true });
  await writeFile(join(server, 'package.json'), '{ "name": "pushstream-server", "exports": "./index.mjs" }');
  await writeFile(join(folder, 'package.json'), '{ "dependencies": { "pushstream-server": "*" } }');
  await build({
    entryPoints: [fileURLToPath(new URL('../../packages/server/src/index.ts', import.meta.url))],
    outfile: join(server, 'index.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
  });
  await copyFile(join(import.meta.dirname, 'serving.mjs'), join(folder, 'serving.mjs'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const own: Readonly<Record<string, readonly string[]>> = {
  Bun: ['Bun.serve', 'Bun.serve, with a function around it'],
  Deno: ['Deno.serve'],
};
const cases = processRuntimes.flatMap((runtime) =>
  ['node:http', 'node:http2', ...(own[runtime.name] ?? [])].map((host) => ({ name: runtime.name, host, runtime })),
);
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, at) => from + at);

async function untilSeen(served: Served, isSo: (seen: Awaited<ReturnType<Served['watch']>>) => boolean): Promise<void> {
  for (let tries = 0; !isSo(await served.watch()); tries += 1) {
    if (tries > 500) throw new Error(`Expected ${isSo.toString()}, got ${JSON.stringify(await served.watch())}`);
    await elapse(10);
  }
}

describe.each(cases)('$name serves with $host:', ({ host, runtime }) => {
  const isMissing = !isThere(runtime);
  let served: Served;
  const ask = (path = '/events', headers: Record<string, string> = {}, method = 'GET'): Promise<Reading> =>
    read({ origin: served.origin, version: host === 'node:http2' ? 2 : 1 }, { path, headers, method });

  describe.skipIf(isMissing && mayMiss)('', () => {
    beforeEach(async () => {
      // Bun would end silent streams of a function that does not hand its server along.
      served = await serveIn(runtime, folder, host, host.includes('around') ? 500 : SILENT);
    });
    afterEach(async () => {
      leaveAll();
      await served[Symbol.asyncDispose]();
      expect(served.complaints).toBe('');
    });

    test('ready first, with its headers, then what happens, whole and in order', async () => {
      expect(served.version).toMatch(runtime.version);
      const stream = await ask();
      expect(stream).toMatchObject({
        status: 200,
        headers: {
          'content-type': 'text/event-stream',
          'cache-control': 'no-store, no-transform',
          'x-accel-buffering': 'no',
          'x-content-type-options': 'nosniff',
        },
      });
      await until(() => stream.control('ready').length === 1);
      await served.publish(1, 500);
      await until(() => stream.events.length === 500);
      expect(stream.data).toEqual(numbers(1, 500));
    });

    test('resumes by header and by query', async () => {
      const cursor = await served.publish(1, 10);
      await served.publish(11, 300);
      const [byHeader, byQuery] = await Promise.all([
        ask('/events', { 'last-event-id': cursor }),
        ask(`/events?lastEventId=${cursor}`),
      ]);
      for (const stream of [byHeader, byQuery]) {
        await until(() => stream.events.length === 290);
        expect(stream.data).toEqual(numbers(11, 300));
      }
    });

    test.each([
      ['HEAD', 200],
      ['OPTIONS', 204],
      ['POST', 405],
    ])('%s: %d', async (method, status) => {
      const answer = await ask('/events', {}, method);
      await until(() => answer.end !== undefined);
      expect(answer).toMatchObject({ status, end: 'complete' });
      expect((await served.watch()).sessions).toEqual([]);
    });

    test('who leaves is forgotten', async () => {
      const streams = await Promise.all([ask(), ask(), ask()]);
      await untilSeen(served, ({ sessions }) => sessions.length === 3);
      for (const stream of streams) stream.leave();
      await untilSeen(served, ({ sessions }) => sessions.length === 0);
    });

    test('S1: who does not read costs what may wait, and misses nothing afterwards', async () => {
      const stream = await ask();
      await until(() => stream.control('ready').length === 1);
      stream.pause();
      await served.publish(1, 30_000, 1_000);
      await untilSeen(served, ({ stats }) => stats.spilled > 0);
      expect((await served.watch()).sessions[0]?.bufferedBytes).toBeLessThan(3 * MiB);
      stream.resume();
      await until(() => stream.events.length >= 30_000, 30_000);
      expect(stream.data.map((data) => (data as { n: number }).n)).toEqual(numbers(1, 30_000));
    });

    test('close() ends streams as it should be, and then the process, by itself', async () => {
      const streams = await Promise.all([ask(), ask()]);
      await served.publish(1, 3);
      for (const stream of streams) await until(() => stream.events.length === 3);
      const closed = served.close();
      for (const stream of streams) {
        await until(() => stream.end !== undefined);
        expect(stream.end).toBe('complete');
        expect(stream.control('closing')).toMatchObject([{ reason: 'closed' }]);
      }
      leaveAll();
      await closed;
      expect(await Promise.race([served.exit, elapse(5_000)])).toBe(0);
    });
  });
});

const bun = processRuntimes.find(({ name }) => name === 'Bun');

/** Bun ends responses that are silent for `idleTimeout`: ten seconds, unless it is told otherwise. */
describe.skipIf((!bun || !isThere(bun)) && mayMiss)('the idle timeout of Bun.serve (here five seconds)', () => {
  async function endOf(host: string, heartbeatMs: number): Promise<Reading['end']> {
    if (!bun) throw new Error('Expected Bun among the runtimes');
    await using served = await serveIn(bun satisfies ProcessRuntime, folder, host, heartbeatMs);
    const stream = await read({ origin: served.origin, version: 1 });
    // It looks at its clock every four seconds.
    for (let waited = 0; waited < 13_000 && stream.end === undefined; waited += 100) await elapse(100);
    const { end } = stream;
    stream.leave();
    return end;
  }

  test.concurrent.each([
    [
      'push.fetch as `fetch` lives without a heartbeat: it tells the server that Bun hands along',
      'Bun.serve',
      SILENT,
      undefined,
    ],
    ['a function around it that hands no server along is cut', 'Bun.serve, with a function around it', SILENT, 'cut'],
    [
      'a heartbeat below the timeout keeps that alive, too: `heartbeatMs: 8_000` for the ten seconds of Bun',
      'Bun.serve, with a function around it',
      500,
      undefined,
    ],
  ] as const)('%s', async (_name, host, heartbeatMs, end) => {
    expect(await endOf(host, heartbeatMs)).toBe(end);
  });
});
