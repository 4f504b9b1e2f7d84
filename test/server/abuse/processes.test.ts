import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';

const file = fileURLToPath(new URL('small-server.ts', import.meta.url));
const started: ChildProcess[] = [];
const sockets: Socket[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  for (const socket of sockets.splice(0)) socket.destroy();
});

interface Server {
  readonly port: number;
  ask<Answer>(question: object): Promise<Answer>;
  tell(message: object): void;
}

async function start(files?: number): Promise<Server> {
  const node = `exec "${process.execPath}" --expose-gc "${file}"`;
  const command = files === undefined ? node : `ulimit -n ${files}; ${node}`;
  const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  started.push(child);
  const [{ address }] = (await once(child, 'message')) as [{ address: { port: number } }];
  return {
    port: address.port,
    tell: (message) => void child.send(message),
    async ask(question) {
      const answer = once(child, 'message');
      child.send(question);
      return (await answer)[0] as never;
    },
  };
}

/** A stream that was asked for; what it got, or that it was closed. */
function open(port: number): { text: string; isClosed: boolean; socket: Socket } {
  const socket = connect(port, '127.0.0.1');
  const stream = { text: '', isClosed: false, socket };
  sockets.push(socket);
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => (stream.text += text));
  socket.on('error', () => {});
  socket.on('close', () => (stream.isClosed = true));
  socket.write('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n');
  return stream;
}

test('S5: an idle connection costs at most 25 KB', async () => {
  const { port, ask } = await start();
  const streams = Array.from({ length: 200 }, () => open(port));
  await expect.poll(() => streams.every(({ text }) => text.includes('pushstream.ready'))).toBe(true);
  const before = await ask<{ bytes: number }>({ gc: true });
  const more = Array.from({ length: 1_000 }, () => open(port));
  await expect.poll(() => more.every(({ text }) => text.includes('pushstream.ready')), { timeout: 20_000 }).toBe(true);
  const after = await ask<{ bytes: number }>({ gc: true });
  const each = (after.bytes - before.bytes) / 1_000;
  console.log(`an idle connection: ${Math.round(each)} bytes of heap and buffers`);
  expect(each).toBeLessThan(25_000);
});

test('S7: without files left, streams that are open go on, and new ones come in again', async () => {
  const { port, tell, ask } = await start(80);
  const streams = Array.from({ length: 150 }, () => open(port));
  const served = (): typeof streams => streams.filter(({ text }) => text.includes('pushstream.ready'));
  await expect.poll(() => served().length, { timeout: 10_000 }).toBeGreaterThan(20);
  // Others may still be let in behind what is published now.
  const early = served();
  tell({ publish: 1 });
  await expect.poll(() => early.every(({ text }) => text.includes('event: tick')), { timeout: 10_000 }).toBe(true);
  for (const { socket } of streams) socket.destroy();
  await expect.poll(async () => (await ask<{ connections: number }>({ count: true })).connections).toBe(0);
  const late = open(port);
  await expect.poll(() => late.text, { timeout: 10_000 }).toContain('pushstream.ready');
});
