import { expect, test } from 'vitest';
import { httpServer } from '../support/http-server.ts';
import { until } from '../support/until.ts';
import { watch, watchIdle } from '../support/watched-client.ts';

const three = () => httpServer(({ stream }) => stream('id: 1\ndata: 1\n\nid: 2\ndata: 2\n\nid: 3\ndata: 3\n\n'));

test.concurrent('rule 7: a throwing listener is reported and touches nothing else', async () => {
  await using server = await three();
  using watched = watchIdle(server.url);
  const { client } = watched;
  const before: unknown[] = [];
  const after: unknown[] = [];
  client.on('message', (data) => before.push(data));
  client.on('message', (data) => {
    throw new Error(`thrown at ${String(data)}`);
  });
  client.on('message', (data) => after.push(data));
  client.connect();
  await until(() => client.lastEventId === '3');
  expect(before).toEqual([1, 2, 3]);
  expect(after).toEqual([1, 2, 3]);
  expect(watched.data).toEqual([1, 2, 3]);
  expect(watched.reported.map(String)).toEqual(['Error: thrown at 1', 'Error: thrown at 2', 'Error: thrown at 3']);
  expect(watched.errors).toEqual([]);
  expect(watched.statuses).toEqual(['connecting', 'open']);
  expect(server.requests).toHaveLength(1);
});

test.concurrent('rule 7: listeners of the connection that throw, whatever they throw, cannot keep it from reconnecting', async () => {
  await using server = await httpServer(({ number, stream }) => {
    const response = stream(`: hi\ndata: ${number}\n\n`);
    if (number < 3) response.end();
  });
  const thrown = [new Error('x'), undefined, null, 'text', Object.create(null)];
  using watched = watchIdle(server.url);
  for (const name of ['open', 'status', 'error', 'retry', 'comment', 'close'] as const) {
    for (const one of thrown) {
      watched.client.lifecycle.on(name, () => {
        throw one;
      });
    }
  }
  watched.client.connect();
  await until(() => watched.data.length === 3);
  watched.client.disconnect();
  expect(watched.data).toEqual([1, 2, 3]);
  expect(watched.closes).toEqual([null]);
  // open, comment: 3 each; error, retry: 2 each; status: connecting, open, 2 × (reconnecting, open), closed; close: 1.
  expect(watched.reported).toHaveLength((3 + 3 + 2 + 2 + 7 + 1) * thrown.length);
});

test.concurrent('a subscriber of the snapshot that throws is reported and touches nothing else', async () => {
  await using server = await three();
  using watched = watchIdle(server.url, { flush: 'sync' });
  let subscribed = false;
  watched.client.snapshot.subscribe(() => {
    if (subscribed) throw new Error('from a subscriber');
  });
  subscribed = true;
  watched.client.connect();
  await until(() => watched.data.length === 3);
  watched.client.disconnect();
  expect(watched.reported.length).toBeGreaterThan(0);
  expect(watched.client.snapshot.value.status).toBe('closed');
});

test.concurrent('shouldRetry that throws is reported, and the default holds', async () => {
  await using server = await httpServer(({ number, answer, stream }) =>
    number === 1 ? answer(503) : stream('data: 1\n\n'),
  );
  using watched = watch(server.url, {
    reconnect: {
      shouldRetry: () => {
        throw new Error('from shouldRetry');
      },
    },
  });
  await until(() => watched.data.length === 1);
  expect(watched.reported.map(String)).toEqual(['Error: from shouldRetry']);
});

test.concurrent('a listener may add and remove listeners; a new one begins with the next event', async () => {
  await using server = await three();
  using watched = watchIdle(server.url);
  const { client } = watched;
  const late: unknown[] = [];
  const once: unknown[] = [];
  const gone: unknown[] = [];
  const off = client.on('message', (data) => gone.push(data));
  client.once('message', (data) => {
    once.push(data);
    off();
    client.on('message', (later) => late.push(later));
  });
  client.connect();
  await until(() => client.lastEventId === '3');
  expect({ once, gone, late }).toEqual({ once: [1], gone: [1], late: [2, 3] });
});

test.concurrent('rule 7: a reportError that throws itself cannot stop the stream, nor keep the client from closing', async () => {
  await using server = await httpServer(({ number, stream }) => {
    const response = stream(`id: ${number}a\ndata: 1\n\nid: ${number}b\ndata: 2\n\n`);
    if (number === 1) response.end();
  });
  using watched = watchIdle(server.url, {
    environment: {
      reportError: (error) => {
        throw error;
      },
    },
  });
  watched.client.on('message', () => {
    throw new Error('from a listener');
  });
  watched.client.connect();
  await until(() => watched.data.length === 4, 2_000);
  watched.client.disconnect();
  expect(watched.closes).toEqual([null]);
});

test.concurrent('a dedupe key that throws is reported, and its event is delivered', async () => {
  await using server = await three();
  using watched = watch(server.url, {
    dedupe: {
      key: ({ id }) => {
        if (id === '1') throw new Error('from key');
        return id;
      },
    },
  });
  await until(() => watched.client.lastEventId === '3');
  expect(watched.reported.map(String)).toEqual(['Error: from key']);
  expect(watched.data).toEqual([1, 2, 3]);
});
