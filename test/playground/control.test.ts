import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Setup, Task, TaskList } from '../../playground/contract.ts';
import { elapse, until } from '../support/until.ts';
import { CLEAN, press, type Pressed } from './support.ts';

let pressed: Pressed;
const folder = mkdtempSync(join(tmpdir(), 'pushstream-page-'));

beforeAll(async () => {
  writeFileSync(join(folder, 'index.html'), '<!doctype html>');
  writeFileSync(join(folder, 'theme.css'), 'a{}');
  writeFileSync(join(folder, 'secret.txt'), 'a');
  pressed = await press({ folder });
});
afterAll(async () => {
  await pressed[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const bursting = (body: unknown): [string, RequestInit] => [
  '/api/burst',
  { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) },
];
const pressing = (path: string): [string, RequestInit] => [path, { method: 'POST' }];

test.each([
  [bursting('{'), 400, 'Expected a body of JSON with a count'],
  [bursting([]), 400, 'count: expected a whole number from 2 to 10000, got nothing'],
  [bursting({ count: 1 }), 400, 'count: expected a number from 2 to 10000, got 1'],
  [bursting({ count: 10_001 }), 400, 'count: expected a number from 2 to 10000, got 10001'],
  [bursting({ count: 2.5 }), 400, 'count: expected a whole number from 2 to 10000, got 2.5'],
  [bursting({ count: '10' }), 400, 'count: expected a number from 2 to 10000, got "10"'],
  [bursting({ count: 10, perSecond: 0 }), 400, 'perSecond: expected a number from 1 to 100000, got 0'],
  [pressing('/api/faults/cut?seconds=-1'), 400, 'seconds: expected a number from 0 to 60, got "-1"'],
  [pressing('/api/faults/cut?seconds=61'), 400, 'seconds: expected a number from 0 to 60, got 61'],
  [pressing('/api/faults/cut?share=half'), 400, 'share: expected a number from 0 to 1, got "half"'],
  [pressing('/api/faults/__proto__'), 404, expect.stringMatching(/^Expected one of cut, .*, got "__proto__"$/)],
  [pressing('/api/instances/server%201/kill'), 404, 'Expected a cluster: `npm run cluster` starts one'],
  [pressing('/api/instances/server%201/explode'), 404, 'Expected one of kill, drain, start, got "explode"'],
  [pressing('/api/ledger'), 404, 'There is nothing at "/api/ledger"'],
  [['/api/'] as const, 404, 'There is nothing at "/api/"'],
  [['/secret.txt'] as const, 404, 'There is nothing at "/secret.txt"'],
  [['/nothing.js'] as const, 404, 'There is nothing at "/nothing.js"'],
])('%j is refused by %i: %s', async ([path, init], status, detail) => {
  const response = await pressed.request(path, init);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(await response.json()).toMatchObject({ type: 'about:blank', status, detail });
  expect(response.status).toBe(status);
});

/** As a browser would send it: `fetch` lets nobody choose these. */
async function send(path: string, headers: Record<string, string>, method = 'POST'): Promise<number | undefined> {
  const sent = request(new URL(path, pressed.playground.url), { method, headers });
  sent.end();
  const [response] = await once(sent, 'response');
  response.resume();
  return response.statusCode;
}

test.each([
  ['of another site', { 'sec-fetch-site': 'cross-site' }, 403],
  ['of another port of this machine', { 'sec-fetch-site': 'same-site' }, 403],
  ['of another origin, by a browser that says no more', { origin: 'https://elsewhere.example' }, 403],
  ['of a page without an origin', { origin: 'null' }, 403],
  ['that a name was bent for', { host: 'rebound.example' }, 421],
  ['of its own page', { 'sec-fetch-site': 'same-origin' }, 204],
  ['of no page', {}, 204],
])('a request %s is answered as it should be', async (_name, headers, status) => {
  expect(await send('/api/faults/duplicate', headers)).toBe(status);
  expect(await send('/hub/api/demo/stop', headers)).toBe(status === 204 ? 200 : status);
  expect(await send('/hub/sessions', headers, 'GET')).toBe(status === 204 ? 200 : status);
});

test('a target that is no URL ends nothing', async () => {
  const { port } = new URL(pressed.playground.url);
  const socket = connect(Number(port), '127.0.0.1', () => socket.write('GET //[ HTTP/1.1\r\nHost: x\r\n\r\n'));
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1\.1 4\d\d /);
  socket.destroy();
  expect((await pressed.request('/api/ledger')).status).toBe(200);
});

test('pages come under a strict policy that lets them have the streams', async () => {
  const { eventsUrl } = (await (await pressed.request('/api/setup')).json()) as Setup;
  for (const path of ['/', '/theme.css']) {
    const { status, headers } = await pressed.request(path);
    expect(status).toBe(200);
    expect(headers.get('content-security-policy')?.split('; ')).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        `connect-src 'self' ${new URL(eventsUrl).origin}`,
        "require-trusted-types-for 'script'",
      ]),
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  }
});

test('a page of the playground may read the streams, another one may not', async () => {
  const origin = new URL(pressed.playground.url).origin;
  for (const [from, allowed] of [
    [origin, origin],
    ['https://elsewhere.example', null],
  ] as const) {
    const { headers } = await fetch(pressed.playground.eventsUrl, {
      method: 'OPTIONS',
      headers: { origin: from, 'access-control-request-headers': 'authorization,last-event-id' },
    });
    expect(headers.get('access-control-allow-origin')).toBe(allowed);
  }
});

test('an EventSource, which sends no headers, brings its token in the query; a wrong one is refused', async () => {
  const { eventsUrl } = pressed.playground;
  const { token } = (await (await pressed.request('/api/token')).json()) as { token: string };
  const stream = await fetch(`${eventsUrl}?apikey=${token}`);
  expect(stream.status).toBe(200);
  await stream.body?.cancel();
  expect((await fetch(`${eventsUrl}?apikey=${token}x`)).status).toBe(401);
  expect((await fetch(eventsUrl)).status).toBe(401);
});

test('the token of the pages does not publish', async () => {
  const { token } = (await (await pressed.request('/api/token')).json()) as { token: string };
  const publish = new URL('/publish/tasks', pressed.playground.eventsUrl);
  const { status } = await fetch(publish, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: '{}',
  });
  expect(status).toBe(401);
});

test('what is published by the form is held to its schema, and is in the ledger', async () => {
  const publish = (event: object): Promise<Response> =>
    pressed.request('/hub/publish/tasks', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
    });
  const refused = await publish({ type: 'task.progress', data: { taskId: 'a', percentage: 101 } });
  expect([refused.status, await refused.json()]).toMatchObject([422, { issues: [{ path: ['percentage'] }] }]);
  const taken = await publish({ type: 'task.progress', data: { taskId: 'a', percentage: 100 } });
  const { id } = (await taken.json()) as { id: string };
  expect(taken.status).toBe(202);
  expect((await pressed.ledger('')).ids).toContain(id);
});

test('pulses and sessions are seen, and a session is ended', async () => {
  const visitor = await pressed.visit('?session=somebody');
  await pressed.request('/hub/pulse', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ session: 'somebody' }),
  });
  expect(await (await pressed.request('/hub/pulses')).json()).toMatchObject([{ session: 'somebody' }]);
  expect(await (await pressed.request('/hub/sessions')).json()).toContainEqual(
    expect.objectContaining({ session: 'somebody', clientId: 'page' }),
  );
  expect((await pressed.request('/hub/sessions/somebody', { method: 'DELETE' })).status).toBe(204);
  await expect.poll(() => visitor.client.status).toBe('closed');
});

test('the state, with the events behind its cursor, is the state', async () => {
  const tasks = async (): Promise<TaskList> => (await (await pressed.request('/api/tasks')).json()) as TaskList;
  for (let count = 0; count < 3; count += 1) await pressed.burst({ count: 1_000, perSecond: 2_000 });
  const state = await tasks();
  expect(state.tasks).toHaveLength(3);
  const visitor = await pressed.visit('', state.cursor);
  await until(() => visitor.events.filter(({ type }) => type === 'task.completed').length === 3);
  expect(await visitor.verdict()).toEqual(CLEAN);
  const shown = new Map(state.tasks.map((task) => [task.taskId, task]));
  for (const { type, data } of visitor.events) {
    const { taskId, percentage = 0 } = data as Partial<Task> & { taskId: string };
    const task = shown.get(taskId);
    if (type === 'task.completed') shown.delete(taskId);
    else if (task) shown.set(taskId, { ...task, percentage });
  }
  expect([...shown.values()]).toEqual((await tasks()).tasks);
});

test('what the server says is not kept by anybody', async () => {
  for (const path of ['/api/setup', '/api/ledger', '/api/nothing']) {
    expect((await pressed.request(path)).headers.get('cache-control')).toBe('no-store');
  }
});

test('who comes when a log has just been forgotten has missed nothing of the one before', async () => {
  await using other = await press();
  await other.burst({ count: 10 });
  await other.fault('restart-empty');
  const { cursor } = (await (await other.request('/api/tasks')).json()) as TaskList;
  expect((await other.ledger(cursor)).ids).toEqual([]);
  await other.fault('restart-empty');
  await other.burst({ count: 2 });
  expect((await other.ledger(cursor)).ids).toHaveLength(2);
});

test('a burst comes at the pace that was asked for, also at a slow one', async () => {
  await using other = await press();
  const begun = performance.now();
  await other.burst({ count: 100, perSecond: 10 });
  await elapse(1_000);
  const { head } = await other.ledger('');
  const due = (10 * (performance.now() - begun)) / 1_000;
  expect(head).toBeGreaterThanOrEqual(5);
  expect(head).toBeLessThanOrEqual(due + 1);
});

test('the ledger pages: what is behind the last id of one is the next', async () => {
  const { ids } = await pressed.ledger('');
  const middle = ids[Math.floor(ids.length / 2)] ?? '';
  expect((await pressed.ledger(middle)).ids).toEqual(ids.slice(ids.indexOf(middle) + 1));
});
