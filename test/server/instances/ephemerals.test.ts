import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { open, type TestStream } from '../streams.ts';
import { createTestEnvironment, type TestEnvironment } from '../support.ts';
import { createFleet, type Fleet } from './fleet.ts';

const TOPIC = 'ephemerals';
const typing = { ephemeral: true };

let environment: TestEnvironment;
let fleet: Fleet;
beforeEach(() => {
  environment = createTestEnvironment();
  fleet = createFleet(environment);
});
afterEach(() => fleet[Symbol.asyncDispose]());

const dataOf = async (stream: TestStream): Promise<unknown[]> => (await stream.events()).map(([, data]) => data);

describe('an ephemeral event that is published to one instance', () => {
  test('comes to the streams of all, once, and has no id', async () => {
    const [a, b] = [fleet.start(), fleet.start()];
    const streams = [await open(a.push.fetch), await open(b.push.fetch)];
    expect(await a.push.publish('typing', 'ann', typing)).toEqual({ id: null, duplicate: false });
    for (const stream of streams) expect(await stream.events()).toEqual([[undefined, 'ann']]);
  });

  test('keeps channels, tags and receivers', async () => {
    const byHeader = {
      authorize: ({ headers }: { headers: Headers }) => ({ clientId: headers.get('x-user') ?? 'nobody' }),
    };
    const [a, b] = [fleet.start(byHeader), fleet.start(byHeader)];
    const own = await open(b.push.fetch, '/events', { 'x-user': 'ann' });
    const other = await open(b.push.fetch, '/events', { 'x-user': 'bob' });
    const tagged = await open(b.push.fetch, '/events?channel=a&tag=room:1', { 'x-user': 'bob' });
    await a.push.publish('typing', 'for ann', { ...typing, to: 'ann' });
    await a.push.publish('typing', 'in the room', { ...typing, channel: 'a', tags: { room: '1' } });
    await a.push.publish('typing', 'elsewhere', { ...typing, channel: 'a', tags: { room: '2' } });
    expect(await dataOf(own)).toEqual(['for ann', 'in the room', 'elsewhere']);
    expect(await dataOf(other)).toEqual(['in the room', 'elsewhere']);
    expect(await dataOf(tagged)).toEqual(['in the room']);
  });

  test('comes behind what was stored before it, also where another instance reads late', async () => {
    const [a, b] = [fleet.start(), fleet.start()];
    const stream = await open(b.push.fetch);
    const resume = b.pause();
    await a.push.publish('tick', 1);
    await a.push.publish('typing', 2, typing);
    await environment.settle();
    expect(await dataOf(stream)).toEqual([]);
    resume();
    await a.push.publish('tick', 3);
    await environment.advance(1_000);
    expect(await dataOf(stream)).toEqual([1, 2, 3]);
  });

  test('is handed out there also where the others cannot be told, which is reported once', async () => {
    const [a, b] = [fleet.start(), fleet.start()];
    const [here, there] = [await open(a.push.fetch), await open(b.push.fetch)];
    a.isSilent = true;
    for (const n of [1, 2, 3]) await a.push.publish('typing', n, typing);
    a.isSilent = false;
    await a.push.publish('typing', 4, typing);
    expect(await dataOf(here)).toEqual([1, 2, 3, 4]);
    expect(await dataOf(there)).toEqual([4]);
    expect(environment.reports).toHaveLength(1);
  });

  test('is heard by nobody who is closed', async () => {
    const [a, b] = [fleet.start(), fleet.start()];
    const closed = b.push.close();
    await environment.advance(2_000);
    await closed;
    await a.push.publish('typing', 1, typing);
    expect(environment.reports).toEqual([]);
  });
});

test.each([
  ['no JSON', 'x\nnonsense'],
  ['no event', 'x\n["epoch",1,null]'],
  ['a type that cannot be', `x\n${JSON.stringify(['e', 1, { type: 'a\nb', data: '1', channel: 'c', time: 1 }])}`],
  ['data that is no text', `x\n${JSON.stringify(['e', 1, { type: 'a', data: {}, channel: 'c', time: 1 }])}`],
  [
    'a tag that is no text',
    `x\n${JSON.stringify(['e', 1, { type: 'a', data: '1', channel: 'c', time: 1, tags: { a: 1 } }])}`,
  ],
])('%s, told by somebody else, is reported and harms nobody', async (_name, text) => {
  const { push } = fleet.start();
  const stream = await open(push.fetch);
  await fleet.shared.tell(TOPIC, text);
  await push.publish('tick', 1);
  expect(await dataOf(stream)).toEqual([1]);
  expect(environment.reports).toHaveLength(1);
});
