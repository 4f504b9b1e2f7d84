import { expect, test } from 'vitest';
import { bench, column, fact, part, press, rows, text } from './support.ts';

test('the status is a word, and a colour that follows it', async () => {
  const { client, element, open, shown } = await bench();
  const seen: string[] = [];
  const look = (): void => void seen.push(`${text(element, '.status')} ${part(element, '.head').dataset['status']}`);
  look();
  await open();
  look();
  client.pause('hidden');
  await shown();
  look();
  client.disconnect();
  await shown();
  look();
  expect(seen).toEqual(['idle idle', 'open open', 'paused: hidden paused', 'closed closed']);
});

test('only the status is told to screen readers, without the seconds that count', async () => {
  const { element, clock, open } = await bench();
  const connection = await open();
  connection.cut();
  await clock.advance(100);
  expect(text(element, '[role=status]')).toBe('reconnecting');
  expect(part(element, '[role=log]').getAttribute('aria-live')).toBe('off');
});

test('a countdown counts the seconds to the next attempt, each when it begins', async () => {
  const { element, clock, next, shown } = await bench({ reconnect: { baseDelayMs: 8_000, factor: 1 } });
  element.client?.connect();
  (await next()).respond(503);
  await shown();
  const seen = new Set<string>([fact(element, 'Next attempt')]);
  for (let step = 0; step < 30; step += 1) {
    await clock.advance(200);
    seen.add(fact(element, 'Next attempt'));
  }
  const counted = [...seen].map((word) => Number(/^in (\d+) s$/.exec(word)?.[1] ?? 0));
  expect(counted.length).toBeGreaterThan(3);
  expect(counted).toEqual(counted.map((_one, at) => Math.max(0, (counted[0] ?? 0) - at)));
  expect(fact(element, 'Attempt')).toBe('1');
});

test('the time since the last byte counts while a stream is open, and stands still afterwards', async () => {
  const { client, clock, element, open, shown } = await bench();
  expect(fact(element, 'Last byte')).toBe('–');
  const connection = await open();
  await clock.advance(5_000);
  expect(fact(element, 'Last byte')).toBe('5 s ago');
  connection.comment('hb');
  await shown();
  expect(fact(element, 'Last byte')).toBe('now');
  client.disconnect();
  await shown();
  const before = fact(element, 'Last byte');
  expect(before).toMatch(/^\d\d:\d\d:\d\d$/);
  await clock.advance(60_000);
  expect(fact(element, 'Last byte')).toBe(before);
});

test('cursor, openings and leases are those of the client', async () => {
  const { client, element, open, shown } = await bench();
  expect([fact(element, 'Cursor'), fact(element, 'Opened'), fact(element, 'Leases')]).toEqual(['none', '0', '0']);
  const release = client.retain();
  (await open()).send({ type: 'task', data: 1, id: '7-a' });
  await shown();
  expect([fact(element, 'Cursor'), fact(element, 'Opened'), fact(element, 'Leases')]).toEqual(['7-a', '1', '1']);
  release();
  await shown();
  expect(fact(element, 'Leases')).toBe('0');
});

test('the last error is shown with its code, also when it is over', async () => {
  const { client, clock, element, next, shown } = await bench();
  expect(text(element, '.failure')).toBe('No error');
  client.connect();
  (await next()).respond(503);
  await shown();
  expect(text(element, '.failure')).toMatch(/^http: Expected HTTP 200 from .*, got 503 \(\d\d:\d\d/);
  await clock.advance(10_000);
  (await next()).open();
  await shown();
  expect(client.status).toBe('open');
  expect(text(element, '.failure')).toContain('got 503');
});

test('resets and drops are counted, and marked in the log by their names', async () => {
  const { element, open, shown } = await bench();
  const connection = await open();
  connection.send({ type: 'pushstream.reset', data: { reason: 'trimmed', requested: '1', resumedFrom: '5' }, id: '5' });
  connection.send({ type: 'pushstream.dropped', data: { count: 2, from: '6', to: '7' } });
  await shown();
  expect([fact(element, 'Resets'), fact(element, 'Drops')]).toEqual(['1', '1']);
  expect(column(element, 'mark')).toEqual(['reset', 'dropped']);
  expect(part(element, '[data-mark=reset]').textContent).toContain('trimmed');
});

test('no secret is shown: neither a query, nor a password, nor a header of either side', async () => {
  const secret = 's3cret';
  const address = `https://example.test/events?token=${secret}`;
  const headers = { authorization: `Bearer ${secret}` };
  const { client, clock, element, next, shown } = await bench({ headers, query: { key: secret } }, address);
  client.connect();
  (await next()).respond(500, { headers: { 'x-key': secret } });
  await clock.advance(5_000);
  (await next()).open({ headers: { 'set-cookie': secret } }).send({ type: 'task', data: 1, id: '1' });
  await shown();
  expect(text(element, '.url')).toBe('https://example.test/events?…');
  for (const view of ['frames', 'timeline', 'listeners', 'events']) {
    press(element, view);
    await shown();
    expect(element.shadowRoot?.textContent).not.toContain(secret);
    expect(element.shadowRoot?.innerHTML).not.toContain(secret);
  }
});

test('the timeline tells each change of the status, how long it took, and why', async () => {
  const { client, clock, element, next, open, shown } = await bench();
  press(element, 'timeline');
  await clock.advance(1_000 - 32);
  const connection = await open();
  await clock.advance(2_000 - 32);
  connection.cut();
  await clock.advance(1_000);
  (await next()).respond(204);
  await shown();
  client.connect();
  client.pause('user');
  client.disconnect();
  await shown();
  const seen = rows(element).map(([name, after, , because]) => [name, after, because?.replace(/https.*/, '…')]);
  expect(seen).toEqual([
    ['idle', '', 'the inspector looks'],
    ['connecting', '1.0 s', 'connect'],
    ['open', '0 ms', 'connection 1'],
    ['reconnecting', '2.0 s', 'network: Expected a stream from …'],
    ['reconnecting', '750 ms', 'attempt 1'],
    ['closed', expect.stringMatching(/ms$/), 'ended: by the server, with 204'],
    ['reconnecting', expect.any(String), 'connect'],
    ['paused', '0 ms', 'pause: user'],
    ['closed', '0 ms', 'disconnect'],
  ]);
});

test('listeners are shown by type and pattern, with how many there are', async () => {
  const { client, element, shown } = await bench();
  press(element, 'listeners');
  await shown();
  expect(rows(element)).toEqual([]);
  client.on('task.*', () => {});
  const off = client.on('order', () => {});
  client.on('order', () => {});
  await shown();
  const seen = (): unknown => rows(element).map(([name, count]) => [name, count]);
  expect(seen()).toEqual([
    ['task.*', '1'],
    ['order', '2'],
  ]);
  off();
  await shown();
  expect(seen()).toEqual([
    ['task.*', '1'],
    ['order', '1'],
  ]);
});
