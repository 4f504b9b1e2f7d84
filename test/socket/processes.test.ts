import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { type HttpServer, httpServer } from '../support/http-server.ts';
import { until } from '../support/until.ts';
import { type WatchedClient, watchIdle } from '../support/watched-client.ts';

interface Ended {
  readonly code: number | null;
  readonly output: string;
  /** From its last word to its end. */
  readonly lingeredMs: number;
}

/** Runs the client in a process of its own until that ends by itself; one that does not is an error. */
async function ended({ url, requests }: HttpServer, task: string): Promise<Ended> {
  const script = new URL('../support/child-client.ts', import.meta.url);
  const child: ChildProcessWithoutNullStreams = spawn(process.execPath, [script.pathname, url, task], { env: {} });
  let output = '';
  let saidAt = 0;
  let endedAt = 0;
  const hear = (text: Buffer): void => {
    output += text.toString();
    saidAt = performance.now();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  child.on('close', () => {
    endedAt = performance.now();
  });
  try {
    if (task === 'connecting') {
      await until(() => requests.length === 1);
      child.kill('SIGTERM');
    }
    await until(() => endedAt > 0);
  } finally {
    child.kill('SIGKILL');
  }
  return { code: child.exitCode, output, lingeredMs: saidAt && endedAt - saidAt };
}

test.concurrent.each(['connecting', 'open', 'event', 'waiting'])(
  'rule 10: after disconnect(), "%s" at that time, nothing keeps the process',
  async (task) => {
    await using server = await httpServer(({ stream, answer }) => {
      if (task === 'waiting') answer(503, { 'Retry-After': '60' });
      else if (task !== 'connecting') stream('data: 1\n\n');
    });
    const { code, output, lingeredMs } = await ended(server, task);
    expect({ code, output }).toEqual({ code: 0, output: 'disconnected\n' });
    expect(lingeredMs).toBeLessThan(2_000);
    expect(server.requests).toHaveLength(1);
  },
);

test.concurrent('rule 9: an import and a client that was never connected do nothing, and keep nothing', async () => {
  await using server = await httpServer(() => {});
  expect(await ended(server, 'idle')).toMatchObject({ code: 0, output: '' });
  expect(server.accepted).toBe(0);
});

test.concurrent('rule 9: Node keeps the process alive while a reconnection is due; after a 204 it ends', async () => {
  await using server = await httpServer(({ number, answer, response }) => {
    if (number === 1) answer(503, { 'Retry-After': '1' });
    else if (number === 2) response.destroy();
    else answer(204);
  });
  expect(await ended(server, 'until closed')).toMatchObject({ code: 0, output: 'closed\n' });
  expect(server.requests).toHaveLength(3);
});

test.concurrent('a server that names its events "error", "open" or "close" cannot end a process that has no listener for them', async () => {
  await using server = await httpServer(({ stream }) =>
    stream(
      `${['error', 'open', 'close', '__proto__'].map((name) => `event: ${name}\ndata: forged\n\n`).join('')}event: done\ndata: 1\n\n`,
    ),
  );
  expect(await ended(server, 'hostile names')).toMatchObject({ code: 0, output: 'disconnected\n' });
});

test('2,000 cycles of connect() and disconnect() leave no socket, no timer and no handle', async () => {
  await using server = await httpServer(({ number, stream }) => {
    const response = stream('data: 1\n\n');
    if (number % 4 === 0) response.end();
  });
  const resources = (): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const name of process.getActiveResourcesInfo()) counts[name] = (counts[name] ?? 0) + 1;
    return counts;
  };
  const clients = Array.from({ length: 20 }, () => watchIdle(server.url));

  /** Away before anything left, on its way, open, or with an event; every fourth stream ends by itself then. */
  async function cycle({ client }: WatchedClient, kind: number): Promise<void> {
    const reached = new Promise<void>((resolve) => {
      if (kind === 3) client.lifecycle.once('open', () => resolve());
      else if (kind === 4) client.once('message', () => resolve());
      else if (kind === 2) setImmediate(resolve);
      else resolve();
    });
    client.connect();
    if (kind > 0) await reached;
    client.disconnect();
  }
  async function cycles(count: number): Promise<void> {
    const rounds = Array.from({ length: count / clients.length }, (_, round) => round);
    await Promise.all(
      clients.map(async (watched, at) => {
        for (const round of rounds) await cycle(watched, (at + round) % 5);
      }),
    );
    await until(() => server.pending.length === 0);
  }

  await cycles(100);
  const before = resources();
  await cycles(2_000);
  // Node's own pool keeps idle connections for some seconds.
  await until(() => server.sockets.size <= clients.length);
  await until(() =>
    Object.entries(resources()).every(([name, count]) => count <= Math.max(before[name] ?? 0, 2 * clients.length)),
  );
  expect(clients.every(({ client }) => client.status === 'closed')).toBe(true);
  expect(clients.flatMap(({ reported, warnings }) => [...reported, ...warnings])).toEqual([]);
});
