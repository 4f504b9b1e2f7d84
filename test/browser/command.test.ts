import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import type { Setup, Token } from '../../playground/contract.ts';
import { startPlayground } from '../../playground/server/playground.ts';

const at = (path: string): string => fileURLToPath(new URL(`../../playground/server/${path}`, import.meta.url));
const children: ChildProcess[] = [];

function start(...options: string[]) {
  const child = spawn(process.execPath, ['--import', at('sources.ts'), at('main.ts'), ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const lines: string[] = [];
  for (const output of [child.stdout, child.stderr]) createInterface(output).on('line', (line) => lines.push(line));
  return { child, lines, ended: once(child, 'close') as Promise<[code: number | null]> };
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  'the command prints one line, and %s ends it with a stream open',
  async (signal) => {
    const { child, lines, ended } = start('--port', '0');
    await expect.poll(() => lines.length, { timeout: 50_000 }).toBe(1);
    const [url] = /http:\/\/127\.0\.0\.1:\d+\//.exec(lines[0] ?? '') ?? [''];
    const get = async (path: string) => (await (await fetch(new URL(path, url))).json()) as Setup & Token;
    const { eventsUrl } = await get('api/setup');
    const { token } = await get('api/token');
    const stream = await fetch(eventsUrl, { headers: { authorization: `Bearer ${token}` } });
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    const read = stream.text();
    child.kill(signal);
    expect(await ended).toEqual([0, null]);
    expect(await read).toMatch(/^event: pushstream\.ready\n/);
    expect(lines).toHaveLength(1);
  },
);

test('a port that is taken is an error where it was asked for', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as AddressInfo;
  const { lines, ended } = start('--port', String(port));
  expect((await ended)[0]).toBe(1);
  expect(lines.join('\n')).toContain('EADDRINUSE');
  holder.close();
});

test.each(['seven', '65536', '-1'])('a port that is none is refused: %s', async (port) => {
  const { lines, ended } = start(`--port=${port}`);
  expect((await ended)[0]).toBe(1);
  expect(lines).toEqual([`--port: expected a whole number from 0 to 65535, got ${JSON.stringify(port)}`]);
});

test('a request target that is no URL ends nothing', async () => {
  const playground = await startPlayground({ port: 0, simulate: false });
  try {
    const { port } = new URL(playground.url);
    const socket = connect(Number(port), '127.0.0.1', () => socket.write('GET //[ HTTP/1.1\r\nHost: x\r\n\r\n'));
    await once(socket, 'data');
    socket.destroy();
    expect((await fetch(new URL('api/ledger', playground.url))).status).toBe(200);
  } finally {
    await playground.close();
  }
});

test('behind the last port there is none: the streams get any', async () => {
  const { url, eventsUrl, close } = await startPlayground({ port: 65_535, simulate: false });
  expect(new URL(url).port).toBe('65535');
  expect(Number(new URL(eventsUrl).port)).toBeLessThan(65_535);
  await close();
});

test('the port that is in use is passed over where none was asked for', async () => {
  const first = await startPlayground({ port: 0, simulate: false });
  const { port } = new URL(first.url);
  const second = await startPlayground({ port: Number(port), orNext: true, simulate: false });
  expect(Number(new URL(second.url).port)).toBeGreaterThan(Number(port));
  await Promise.all([first.close(), second.close()]);
});
