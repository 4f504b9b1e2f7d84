import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startRedis } from '../../support/redis.ts';

const command = fileURLToPath(new URL('../../../packages/server/src/cli/index.ts', import.meta.url));

/** The command, as a process of its own; what it prints. */
async function serve(redis: string, ...flags: string[]) {
  const child = spawn(process.execPath, [command, '--port', '0', '--open', '--drain-ms', '0', ...flags], {
    env: { ...process.env, PUSHSTREAM_REDIS_URL: redis },
  });
  let output = '';
  child.stdout.on('data', (text) => (output += String(text)));
  child.stderr.on('data', (text) => (output += String(text)));
  await expect.poll(() => output, { timeout: 20_000 }).toMatch(/http:\/\/127\.0\.0\.1:\d+/);
  return {
    url: /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0] ?? '',
    output: () => output,
    async stop() {
      child.kill('SIGTERM');
      const [code] = (await once(child, 'exit')) as [number];
      return code;
    },
  };
}

const BACK = 'the log answers again';

test('a Redis that goes and comes back is told of once each, every time', async () => {
  await using redis = await startRedis();
  const server = await serve(redis.url);
  const told = (text: string): number => server.output().split(text).length - 1;
  // It follows the log by then.
  const stream = await fetch(`${server.url}/events`);
  for (let round = 1; round <= 2; round += 1) {
    await redis.kill();
    await expect.poll(() => told('"the log in Redis"'), { timeout: 10_000 }).toBe(round);
    expect(told(BACK)).toBe(round - 1);
    await redis.start();
    await expect.poll(() => told(BACK), { timeout: 10_000 }).toBe(round);
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
  }
  await stream.body?.cancel();
  expect(await server.stop()).toBe(0);
  expect([told('"the log in Redis"'), told(BACK)]).toEqual([2, 2]);
});

test('a Redis that comes after the server is told of once', async () => {
  await using redis = await startRedis();
  await redis.kill();
  const server = await serve(redis.url);
  await expect.poll(server.output, { timeout: 10_000 }).toContain('"the log"');
  await redis.start();
  await expect.poll(server.output, { timeout: 10_000 }).toContain(BACK);
  expect(await server.stop()).toBe(0);
  expect(server.output().split(BACK)).toHaveLength(2);
});

test('a demo that was asked for begins when a Redis comes after the server', async () => {
  await using redis = await startRedis();
  await redis.kill();
  const server = await serve(redis.url, '--demo');
  await expect.poll(server.output, { timeout: 10_000 }).toMatch(/demo.*log-unavailable/);
  await redis.start();
  await expect.poll(server.output, { timeout: 10_000 }).toContain(BACK);
  const status = async (): Promise<unknown> => (await fetch(`${server.url}/api/demo/status`)).json();
  await expect.poll(status, { timeout: 10_000 }).toMatchObject({ running: true });
  expect(await server.stop()).toBe(0);
});

test('what is published to one command is streamed by another on the same Redis', async () => {
  await using redis = await startRedis({ password: 'hunter2' });
  const [first, second] = [await serve(redis.url), await serve(redis.url)];
  const stream = await fetch(`${second.url}/events`);
  const published = await fetch(`${first.url}/publish/demo`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"type":"hello","data":1}',
  });
  expect(published.status).toBe(202);
  const { id } = (await published.json()) as { id: string };
  let text = '';
  for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    if (text.includes('event: hello')) break;
  }
  expect(text).toContain(`id: ${id}`);
  expect(await Promise.all([first.stop(), second.stop()])).toEqual([0, 0]);
  expect(first.output() + second.output()).not.toContain('hunter2');
});
