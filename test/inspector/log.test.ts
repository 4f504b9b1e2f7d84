import { expect, test } from 'vitest';
import { bench, column, filter, key, part, press, rows, text, visible } from './support.ts';

test('each event is a line with its type, id and data; the newest is the last', async () => {
  const { client, element, open, shown } = await bench();
  client.on('task.*', () => {});
  (await open())
    .send({ type: 'task.a', data: { n: 1 }, id: '1' })
    .send({ type: 'task.b', data: 'two\nlines' })
    .send({ data: { n: 3 }, id: '3' });
  await shown();
  expect(rows(element)).toEqual([
    ['task.a', '1', '', '{"n":1}'],
    ['task.b', '', 'failed', 'two⏎lines'],
    ['message', '3', 'unheard', '{"n":3}'],
  ]);
  expect(column(element, 'time')).toEqual(Array(3).fill(expect.stringMatching(/^\d\d:\d\d:\d\d\.\d{3}$/)));
});

test('what did not reach a listener says why', async () => {
  const { client, clock, element, next, open, shown } = await bench({ maxEventLength: 100 });
  client.on('a', () => {});
  const first = await open();
  first.send({ type: 'a', data: 1, id: '1' });
  await shown();
  first.cut();
  await clock.advance(2_000);
  const second = await next();
  second.open().send({ type: 'a', data: 1, id: '1' }).send({ type: 'b', data: 1 });
  second.write(`event: a\ndata: ${'x'.repeat(200)}\n\nevent: a\ndata: {\n\n`);
  second.send({ type: 'pushstream.ready', data: { heartbeatMs: 1_000 } });
  await shown();
  expect(column(element, 'mark')).toEqual(['', 'repeated', 'unheard', 'failed', 'failed', 'ready']);
});

test('frames are everything that came: comments, retry lines, ids without data', async () => {
  const { element, open, shown } = await bench();
  (await open()).write(': hello\n\nretry: 2500\n\nid: 5\n\nevent: task\nid: 6\ndata: one\ndata: two\n\n');
  press(element, 'frames');
  await shown();
  expect(rows(element).map(([name, id, , raw]) => [name, id, raw])).toEqual([
    ['comment', '', ': hello'],
    ['retry', '', 'retry: 2500'],
    ['id', '5', 'id: 5'],
    ['event', '6', 'event: task⏎id: 6⏎data: one⏎data: two'],
  ]);
  press(element, 'events');
  await shown();
  expect(column(element, 'name')).toEqual(['task']);
});

test.each([
  ['', ['task.a', 'task.b', 'order.new', 'task.a.b']],
  ['task.*', ['task.a', 'task.b']],
  ['*', ['task.a', 'task.b', 'order.new', 'task.a.b']],
  ['*.*.*', ['task.a.b']],
  ['ORDER', ['order.new']],
  ['needle', ['task.b']],
  ['id-7', ['task.a']],
  ['  unheard ', ['task.a', 'task.b', 'order.new', 'task.a.b']],
  ['nothing like it', []],
])('the filter %j leaves %j', async (typed, left) => {
  const { element, open, shown } = await bench();
  (await open())
    .send({ type: 'task.a', data: 1, id: 'id-7' })
    .send({ type: 'task.b', data: { text: 'a Needle' } })
    .send({ type: 'order.new', data: 1 })
    .send({ type: 'task.a.b', data: 1 });
  filter(element, typed);
  await shown();
  expect(column(element, 'name')).toEqual(left);
  expect(part(element, '.empty').hidden).toBe(left.length > 0);
  if (left.length === 0) expect(text(element, '.empty')).toBe('Nothing matches the filter.');
});

test('a pattern of types filters frames by the type of their event', async () => {
  const { element, open, shown } = await bench();
  (await open()).comment('task.a').send({ type: 'task.a', data: 1 }).send({ type: 'order', data: 1 });
  press(element, 'frames');
  filter(element, 'task.*');
  await shown();
  expect(column(element, 'text')).toEqual(['event: task.a⏎data: 1']);
});

test('a paused log stands still while the stream goes on, and says how much it has not shown', async () => {
  const { client, element, open, shown } = await bench();
  let heard = 0;
  client.on('*', () => (heard += 1));
  const connection = await open();
  connection.send({ type: 'a', data: 1 });
  await shown();
  press(element, 'Pause log');
  connection.send({ type: 'b', data: 1 }).send({ type: 'c', data: 1 });
  await shown();
  expect([column(element, 'name'), heard, client.status]).toEqual([['a'], 3, 'open']);
  expect(text(element, '[data-paused=true]')).toBe('Resume log (2 newer)');
  press(element, 'Resume log');
  await shown();
  expect(column(element, 'name')).toEqual(['a', 'b', 'c']);
});

test('a cleared log is empty, paused or not, and goes on with what comes', async () => {
  const { element, open, shown } = await bench();
  const connection = await open();
  for (const pause of [false, true]) {
    connection.send({ type: 'a', data: 1 });
    await shown();
    if (pause) press(element, 'Pause log');
    press(element, 'Clear');
    await shown();
    expect(column(element, 'name')).toEqual([]);
    expect(text(element, '.empty')).toBe('Nothing yet.');
    connection.send({ type: 'b', data: 1 });
    if (pause) press(element, 'Resume log');
    await shown();
    expect(column(element, 'name')).toEqual(['b']);
  }
});

test('a log keeps the newest 500 lines, or as many as its limit says', async () => {
  const { element, open, shown } = await bench();
  const connection = await open();
  for (let n = 1; n <= 600; n += 1) connection.send({ type: 'n', data: n });
  await shown();
  const size = (): string | null | undefined => visible(element)[0]?.getAttribute('aria-setsize');
  expect([size(), text(element, '#tab-events .count')]).toEqual(['500', '600']);
  element.limit = 3;
  connection.send({ type: 'n', data: 601 });
  await shown();
  expect(column(element, 'text')).toEqual(['599', '600', '601']);
  press(element, 'frames');
  await shown();
  expect(size()).toBe('3');
});

test.each([
  ['10', 10],
  ['0', 500],
  ['-1', 500],
  ['many', 500],
  ['1.5', 500],
  ['99999999', 10_000],
])('the attribute limit=%j is a limit of %d', async (value, limit) => {
  const { element } = await bench();
  element.setAttribute('limit', value);
  expect(element.limit).toBe(limit);
});

test('a line opens to its whole text, and says how much of a long one was not kept', async () => {
  const { element, open, shown } = await bench();
  const long = `"${'x'.repeat(5_000)}"`;
  (await open()).send({ type: 'short', data: 'one\ntwo', id: '9' }).send({ type: 'long', data: long });
  await shown();
  expect(part(element, '.detail').hidden).toBe(true);
  visible(element)[0]?.click();
  await shown();
  expect([part(element, '.detail').hidden, text(element, '.detail strong'), text(element, 'pre')]).toEqual([
    false,
    'short',
    'one\ntwo',
  ]);
  expect(text(element, '.notes')).toMatch(/^[\d:.]+ · id 9 · unheard · cursor 9 · 7 characters$/);
  visible(element)[1]?.click();
  await shown();
  expect(text(element, 'pre')).toBe(`${long.slice(0, 4_096)}\n… 906 characters more, not kept`);
  press(element, '×');
  await shown();
  expect(part(element, '.detail').hidden).toBe(true);
});

test('the keyboard reaches every line, and the first and the last at once', async () => {
  const { element, open, shown } = await bench();
  const connection = await open();
  for (let n = 1; n <= 100; n += 1) connection.send({ type: 'n', data: n });
  await shown();
  const list = part(element, '.list');
  expect(list.tabIndex).toBe(0);
  const seen: string[] = [];
  for (const name of ['ArrowUp', 'ArrowUp', 'Home', 'ArrowUp', 'ArrowDown', 'PageDown', 'End', 'ArrowDown', 'x']) {
    key(list, name);
    await shown();
    seen.push(text(element, 'pre'));
    const active = list.getAttribute('aria-activedescendant');
    if (active) expect(part(element, `#${active}`).getAttribute('aria-selected')).toBe('true');
  }
  expect(seen).toEqual(['100', '99', '1', '1', '2', '21', '100', '100', '100']);
  key(list, 'Escape');
  await shown();
  expect(part(element, '.detail').hidden).toBe(true);
});

test('the views are tabs: arrows lead from one to the next, around', async () => {
  const { element, shown } = await bench();
  const chosen = (): string => text(element, '[role=tab][aria-selected=true]').replace(/ .*/, '');
  const seen: string[] = [];
  for (const name of ['ArrowRight', 'ArrowRight', 'ArrowLeft', 'ArrowLeft', 'ArrowLeft']) {
    key(part(element, '[role=tab][tabindex="0"]'), name);
    await shown();
    seen.push(chosen());
  }
  expect(seen).toEqual(['frames', 'timeline', 'frames', 'events', 'listeners']);
  expect(part(element, '[role=tabpanel]').getAttribute('aria-labelledby')).toBe('tab-listeners');
});

test('a burst is one render: only the rows in sight exist', async () => {
  const { clock, element, open, shown } = await bench();
  const connection = await open();
  let frames = 0;
  const { requestFrame } = clock.environment;
  element.environment = {
    ...clock.environment,
    requestFrame: (callback) => {
      frames += 1;
      return requestFrame(callback);
    },
  };
  await shown();
  frames = 0;
  for (let n = 1; n <= 10_000; n += 1) connection.write(`data: ${n}\n\n`);
  await shown();
  expect(column(element, 'text').at(-1)).toBeDefined();
  expect(frames).toBeLessThanOrEqual(3);
  expect(element.shadowRoot?.querySelectorAll('[role=option]').length).toBeLessThan(40);
});
