import { expect, test } from 'vitest';
import { httpServer } from '../support/http-server.ts';
import { until } from '../support/until.ts';
import { watchIdle } from '../support/watched-client.ts';

const total = 100_000;
const body = Buffer.from(
  Array.from({ length: total }, (_, at) => `id: ${at + 1}\ndata: {"number":${at + 1}}\n\n`).join(''),
);

/** The longest that this thread worked between two turns of the host, in milliseconds. */
function sampleWork(): () => number {
  const spent = (): number => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1_000;
  };
  let longest = 0;
  let last = spent();
  let running = true;
  const sample = (): void => {
    const now = spent();
    longest = Math.max(longest, now - last);
    last = now;
    if (running) setImmediate(sample);
  };
  setImmediate(sample);
  return () => {
    running = false;
    return longest;
  };
}

test('rule 6: a burst of 100,000 events keeps its order, and never holds the host for 50 ms', async () => {
  await using server = await httpServer(({ stream }) => stream(body));
  using watched = watchIdle(server.url);
  const { client } = watched;
  client.off('*');
  let expected = 1;
  let disorder = 0;
  client.on('message', (data) => {
    if ((data as { number: number }).number !== expected) disorder += 1;
    expected += 1;
  });
  const longest = sampleWork();
  client.connect();
  await until(() => expected > total);
  expect(longest()).toBeLessThan(50);
  expect(disorder).toBe(0);
  expect(client.lastEventId).toBe(String(total));
});

test('rule 6: where every listener takes 0.1 ms, the host still has its turn after every 32 Ki characters', async () => {
  await using server = await httpServer(({ stream }) => stream(body.subarray(0, body.indexOf('id: 6001\n'))));
  using watched = watchIdle(server.url);
  let calls = 0;
  watched.client.on('message', () => {
    calls += 1;
    for (const end = performance.now() + 0.1; performance.now() < end;);
  });
  const longest = sampleWork();
  watched.client.connect();
  await until(() => calls === 6_000);
  // A piece holds about 1,150 of these events; all of them take 600 ms.
  expect(longest()).toBeLessThan(250);
});

test('rule 7 in a burst: disconnect() stops at once, and the rest of the burst comes after connect()', async () => {
  await using server = await httpServer(({ lastEventId, stream }) => {
    stream(lastEventId === undefined ? body : body.subarray(body.indexOf(`id: ${Number(lastEventId) + 1}\n`)));
  });
  using watched = watchIdle(server.url);
  const { client } = watched;
  let count = 0;
  let disorder = 0;
  client.off('*');
  client.on('message', (data) => {
    count += 1;
    if ((data as { number: number }).number !== count) disorder += 1;
    if (count % 30_000 === 0) client.disconnect();
  });
  for (const stop of [30_000, 60_000, 90_000]) {
    client.connect();
    await until(() => client.status === 'closed');
    expect(count).toBe(stop);
  }
  client.connect();
  await until(() => count === total);
  expect(disorder).toBe(0);
});
