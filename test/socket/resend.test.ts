import { expect, test } from 'vitest';
import type { EventClientOptions } from '../../packages/client/src/index.ts';
import { type Exchange, type HttpServer, httpServer } from '../support/http-server.ts';
import { elapse, until } from '../support/until.ts';
import { watch } from '../support/watched-client.ts';

const question: EventClientOptions = {
  method: 'POST',
  body: '{"prompt":"expensive"}',
  headers: { 'Content-Type': 'application/json' },
};

const bodies = ({ requests }: HttpServer): string[] => requests.map(({ body }) => body);

/** The first answer breaks off behind these bytes; the others stay open. */
function breaking(first: string, by: 'end' | 'reset' = 'end'): Promise<HttpServer> {
  return httpServer(({ number, lastEventId, stream }: Exchange) => {
    const response = stream(number === 1 ? first : `data: "again after ${lastEventId}"\n\n`);
    if (number > 1) return;
    if (by === 'end') response.end();
    else setImmediate(() => response.socket?.resetAndDestroy());
  });
}

test.concurrent.each(['end', 'reset'] as const)(
  'rule 5: a POST with a body whose answer had begun is not sent again after an %s: the client closes',
  async (by) => {
    await using server = await breaking('data: "part"\n\n', by);
    using watched = watch(server.url, question);
    await until(() => watched.client.status === 'closed');
    await elapse(400);
    expect(bodies(server)).toEqual(['{"prompt":"expensive"}']);
    expect(watched.data).toEqual(['part']);
    expect(watched.closes).toEqual([by === 'end' ? null : expect.objectContaining({ code: 'network' })]);
    expect(watched.retries).toEqual([]);
  },
);

test.concurrent('rule 5: it is sent again with resend: true', async () => {
  await using server = await breaking('data: "part"\n\n');
  using watched = watch(server.url, { ...question, resend: true });
  await until(() => watched.data.length === 2);
  expect(bodies(server)).toEqual(['{"prompt":"expensive"}', '{"prompt":"expensive"}']);
  expect(watched.data).toEqual(['part', 'again after undefined']);
});

test.concurrent('rule 5: it is sent again where a cursor tells the server how far it came', async () => {
  await using server = await breaking('id: 1\ndata: "part"\n\n');
  using watched = watch(server.url, question);
  await until(() => watched.data.length === 2);
  expect(bodies(server)).toEqual(['{"prompt":"expensive"}', '{"prompt":"expensive"}']);
  expect(watched.data).toEqual(['part', 'again after 1']);
});

test.concurrent('rule 5: a cursor that is not sent, by resume: false, does not count', async () => {
  await using server = await breaking('id: 1\ndata: "part"\n\n');
  using watched = watch(server.url, { ...question, resume: false });
  await until(() => watched.client.status === 'closed');
  expect(server.requests).toHaveLength(1);
});

test.concurrent('rule 5: it is sent again as long as no event of an answer came', async () => {
  await using server = await httpServer(({ number, answer, stream, response }) => {
    if (number === 1) answer(503);
    else if (number === 2) response.destroy();
    else if (number === 3) stream(': no event yet\n\n').end();
    else stream('data: 1\n\n');
  });
  using watched = watch(server.url, question);
  await until(() => watched.data.length === 1);
  expect(server.requests.map(({ method, body }) => [method, body])).toEqual(
    Array.from({ length: 4 }, () => ['POST', '{"prompt":"expensive"}']),
  );
});

test.concurrent("rule 5: pause and resume do not send it again either; connect() does, on the caller's word", async () => {
  await using server = await httpServer(({ stream }) => stream('data: 1\n\n'));
  using watched = watch(server.url, question);
  await until(() => watched.data.length === 1);
  watched.client.pause();
  watched.client.resume();
  expect(watched.client.status).toBe('closed');
  await elapse(50);
  expect(server.requests).toHaveLength(1);
  watched.client.connect();
  await until(() => watched.data.length === 2);
  expect(server.requests).toHaveLength(2);
});

test.concurrent('a POST without a body, and a GET, are mere questions: asked again', async () => {
  await using server = await httpServer(({ number, stream }) => {
    const response = stream('data: 1\n\n');
    if (number <= 2) response.end();
  });
  using post = watch(server.url, { method: 'POST' });
  using get = watch(server.url);
  await until(() => post.opens.length + get.opens.length === 4);
  expect(server.requests.map(({ method }) => method).toSorted()).toEqual(['GET', 'GET', 'POST', 'POST']);
});

test.concurrent('a body by a function is asked for before every attempt', async () => {
  let asked = 0;
  await using server = await breaking('id: 1\ndata: "part"\n\n');
  using watched = watch(server.url, { method: 'POST', body: () => Promise.resolve(`attempt ${(asked += 1)}`) });
  await until(() => watched.data.length === 2);
  expect(bodies(server)).toEqual(['attempt 1', 'attempt 2']);
});
