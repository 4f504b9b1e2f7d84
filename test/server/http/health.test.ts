import { expect, test } from 'vitest';
import { createHttpApi } from '../../../packages/server/src/http/index.ts';
import { createPushStream, memoryLog } from '../../../packages/server/src/index.ts';
import { createTestEnvironment } from '../support.ts';
import { problemOf, start } from './support.ts';

test('a server that runs is alive and ready, and anybody may ask', async () => {
  const { url } = await start();
  expect(await (await fetch(`${url}/health/live`)).json()).toEqual({ status: 'live' });
  expect(await (await fetch(`${url}/health/ready`)).json()).toEqual({ status: 'ready' });
});

test('a server that is drained is alive and not ready, ends its streams, and goes on answering', async () => {
  const { ask, drain, url } = await start();
  const stream = await fetch(`${url}/events`);
  const drained = drain({ windowMs: 0 });
  const ready = await fetch(`${url}/health/ready`);
  expect([ready.status, ready.headers.get('retry-after')]).toEqual([503, '1']);
  expect((await problemOf(ready)).detail).toBe('The server is being drained');
  await drained;
  expect(await stream.text()).toContain('pushstream.closing');
  expect((await fetch(`${url}/health/live`)).status).toBe(200);
  expect((await fetch(`${url}/events`)).status).toBe(503);
  expect((await ask('POST', '/publish/a', { type: 'a', data: 1 })).status).toBe(202);
});

test('a server whose log fails is not ready', async () => {
  const log = memoryLog();
  let isThere = false;
  const head = () => (isThere ? log.head() : Promise.reject(new Error('away')));
  const { url, push } = await start({}, { log: { ...log, head }, environment: createTestEnvironment() });
  const ready = await fetch(`${url}/health/ready`);
  expect([ready.status, (await problemOf(ready)).detail]).toEqual([503, 'The log cannot be reached at the moment']);
  isThere = true;
  expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  await push.close();
});

test('an instance that publishes nothing says 0 for a log that fails or hangs, though it lags behind nothing', async () => {
  const environment = createTestEnvironment();
  const log = memoryLog({}, environment);
  let head = log.head;
  const push = createPushStream({ environment, log: { ...log, head: () => head() } });
  const { fetch: ask } = createHttpApi(push, { open: true, environment });
  const scrape = async (): Promise<readonly string[]> => {
    const answered = ask(new Request('http://server.test/metrics'));
    await environment.advance(2_000);
    const text = await (await answered).text();
    return text.split('\n').filter((line) => line.startsWith('pushstream_log_'));
  };
  const told = [];
  told.push(await scrape());
  head = () => Promise.reject(new Error('away'));
  told.push(await scrape());
  head = () => new Promise(() => {});
  told.push(await scrape());
  head = log.head;
  told.push(await scrape());
  expect(told).toEqual(
    [1, 0, 0, 1].map((reachable) => [`pushstream_log_reachable ${reachable}`, 'pushstream_log_lag_events 0']),
  );
});

test('a log that says nothing for two seconds fails, and is asked once for many who ask', async () => {
  const environment = createTestEnvironment();
  const log = memoryLog();
  let asked = 0;
  const push = createPushStream({ environment, log });
  const cursor = (): Promise<string> => {
    asked += 1;
    return new Promise(() => {});
  };
  const { fetch: ask } = createHttpApi({ ...push, cursor }, { open: true, environment });
  const answers = Array.from({ length: 10 }, () => ask(new Request('http://server.test/health/ready')));
  await environment.advance(2_000);
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 503));
  expect(asked).toBe(1);
});
