import { afterEach, expect, test } from 'vitest';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPushStream } from '../../packages/server/src/index.ts';

test('smoke', async () => {
  const push = createPushStream<{ 'task.progress': { n: number } }>();
  const server = createServer(push.handler()).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const abort = new AbortController();
  const response = await fetch(`http://127.0.0.1:${port}/events`, { signal: abort.signal });
  console.log(response.status, [...response.headers]);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  console.log((await reader.read()).value);
  console.log(await push.publish('task.progress', { n: 1 }));
  console.log((await reader.read()).value);
  for (let n = 0; n < 3; n++) void push.publish('task.progress', { n });
  console.log((await reader.read()).value, push.stats(), push.sessions());
  abort.abort();
  const { body } = await push.fetch(new Request('http://x/events'));
  const r2 = body!.pipeThrough(new TextDecoderStream()).getReader();
  console.log((await r2.read()).value);
  await push.publish('task.progress', { n: 9 });
  console.log((await r2.read()).value);
  await push.close();
  console.log(await r2.read(), await r2.read());
  server.close();
});
