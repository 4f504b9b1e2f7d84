import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { codeBlocks, pages, root } from './support/markdown.ts';

/** Where the servers of the pages listen; those of the tests have ports of their own. */
const PORT = '4000';
/** Where some of them take what others publish. */
const INNER_PORT = '4400';

const runtimes = {
  node: [process.execPath],
  bun: [join(root, 'test/runtimes/node_modules/bun/bin/bun.exe')],
  deno: [
    join(root, 'test/runtimes/node_modules/deno/deno'),
    'run',
    '--quiet',
    '--no-lock',
    '--node-modules-dir=manual',
    '--allow-all',
  ],
} as const;

const source = (path: string): string => join(root, 'packages', path, 'index.ts');
const sources = {
  'pushstream-server': source('server/src'),
  'pushstream-server/auth': source('server/src/auth'),
  'pushstream-server/http': source('server/src/http'),
  'pushstream-protocol': source('protocol/src'),
};

const runtimeOf = (code: string): keyof typeof runtimes =>
  code.includes('Bun.serve(') ? 'bun' : code.includes('Deno.serve(') ? 'deno' : 'node';

const blocks = pages.flatMap(codeBlocks).filter(({ language }) => language === 'ts');

/** Every example that is a whole server. */
const servers = blocks
  .filter(({ code }) => code.includes(PORT) && code.includes('createPushStream') && !code.includes('new Worker('))
  .map(({ page, line, code }) => ({ name: `${page}:${line}`, page, code, runtime: runtimeOf(code) }));

let folder: string;

beforeAll(async () => {
  const cache = join(root, 'node_modules/.cache');
  await mkdir(cache, { recursive: true });
  folder = await mkdtemp(join(cache, 'guides-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function freePort(): Promise<string> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return String(port);
}

const KEY = 'a-key-for-the-workers-of-the-guide';

/** An example as a process: with the sources in place of the package, and ports of its own. */
class Example implements AsyncDisposable {
  static async start(code: string, port: string, innerPort: string): Promise<Example> {
    const own = code
      .replaceAll(INNER_PORT, innerPort)
      .replaceAll(PORT, port)
      .replaceAll(/windowMs: [\d_]+/g, 'windowMs: 100');
    const file = join(folder, `${port}-${Math.random().toString(36).slice(2)}.mjs`);
    await build({
      stdin: { contents: own, loader: 'ts', resolveDir: folder },
      outfile: file,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'es2022',
      packages: 'external',
      alias: sources,
      // Deno takes nothing from folders that it has not prepared.
      external: runtimeOf(code) === 'deno' ? [] : [join(root, 'packages/*')],
      logLevel: 'silent',
    });
    return new Example(file, runtimeOf(code), port);
  }

  readonly #process: ChildProcessByStdio<null, Readable, Readable>;
  readonly #ended: Promise<unknown[]>;
  readonly #streams = new AbortController();
  readonly origin: string;
  complaints = '';

  private constructor(file: string, runtime: keyof typeof runtimes, port: string) {
    const [binary = '', ...args] = runtimes[runtime];
    this.origin = `http://127.0.0.1:${port}`;
    this.#process = spawn(binary, [...args, file], {
      env: { ...process.env, PUSH_KEY: KEY },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#ended = once(this.#process, 'exit');
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => (this.complaints += text));
    this.#process.stdout.resume();
  }

  /** Resolves when it listens. */
  async listening(): Promise<void> {
    for (let attempt = 0; attempt < 500; attempt += 1) {
      const answer = await this.ask('HEAD', '/').catch(() => undefined);
      if (answer) return;
      await wait(20);
    }
    throw new Error(`Expected a server at ${this.origin}, got ${this.complaints || 'none'}`);
  }

  async ask(method: string, path: string, headers: Record<string, string> = {}): Promise<number> {
    const { status, body } = await fetch(this.origin + path, { method, headers, signal: this.#streams.signal });
    await body?.cancel();
    return status;
  }

  /** A stream, and what it has said so far. */
  async open(path: string, headers: Record<string, string> = {}): Promise<{ text: string }> {
    const { body } = await fetch(this.origin + path, { headers, signal: this.#streams.signal });
    const said = { text: '' };
    const read = async (): Promise<void> => {
      for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) said.text += chunk;
    };
    read().catch(() => {});
    await until(() => said.text.includes('pushstream.ready'));
    return said;
  }

  async end(): Promise<number | null> {
    this.#process.kill('SIGTERM');
    const [code] = await this.#ended;
    return code as number | null;
  }

  /** The code with which it ends by itself. */
  async ended(): Promise<number | null> {
    const [code] = await this.#ended;
    return code as number | null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#streams.abort();
    this.#process.kill('SIGKILL');
    await this.#ended;
  }
}

test('there are servers to run', () => {
  expect(servers.length).toBeGreaterThan(8);
});

const cookie = { cookie: 'session=1' };

for (const { name, page, code, runtime } of servers) {
  const isMissing = !existsSync(runtimes[runtime][0]);
  test.skipIf(isMissing && process.env['CI'] !== 'true')(`${name} runs on ${runtime}`, async () => {
    const [port, innerPort] = [await freePort(), await freePort()];
    await using server = await Example.start(code, port, innerPort);
    await server.listening();
    const hasOrders = code.includes("'/orders/:id'") || code.includes('^\\/orders');
    const stream = await server.open('/events', hasOrders ? cookie : {});

    if (hasOrders) {
      expect(await server.ask('GET', '/events')).toBe(403);
      expect(await server.ask('GET', '/orders/7/events', cookie)).toBe(403);
      const one = await server.open('/orders/42/events', cookie);
      expect(await server.ask('POST', '/orders/42')).toBe(202);
      await until(() => [stream, one].every(({ text }) => text.includes('order.changed')));
    } else if (code.includes('task.created')) {
      expect(await server.ask('POST', '/tasks/42')).toBe(202);
      await until(() => stream.text.includes('task.created'));
    } else if (code.includes('setInterval')) {
      await until(() => stream.text.includes('event: '));
    } else if (code.includes(INNER_PORT)) {
      const worker = blocks.find((block) => block.page === page && block.code.includes(`${INNER_PORT}/publish/`));
      await using publisher = await Example.start(worker?.code ?? '', port, innerPort);
      expect([await publisher.ended(), publisher.complaints]).toEqual([0, '']);
      await until(() => stream.text.includes('report.done'));
    }

    if (code.includes("'SIGTERM'")) {
      expect(await server.end()).toBe(0);
      await until(() => stream.text.includes('"reason":"drain"'));
    }
    expect(server.complaints).toBe('');
  });
}
