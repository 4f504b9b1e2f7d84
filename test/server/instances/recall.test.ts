import { beforeEach, expect, test } from 'vitest';
import { createPushStream, type PushStream } from '../../../packages/server/src/index.ts';
import { open, type TestStream } from '../streams.ts';
import { createTestEnvironment, type TestEnvironment } from '../support.ts';
import { createFleet, wayTo } from './fleet.ts';
import { losable } from './losable.ts';

const MINUTE_MS = 60_000;
const authorize = ({ headers }: { headers: Headers }) => ({ clientId: headers.get('x-user') ?? 'nobody' });

let environment: TestEnvironment;
beforeEach(() => {
  environment = createTestEnvironment();
});

const ann = (push: PushStream, path = '/events'): Promise<TestStream> => open(push.fetch, path, { 'x-user': 'ann' });
const reasons = async (stream: TestStream): Promise<unknown[]> =>
  (await stream.control('closing')).map((data) => (data as { reason: unknown }).reason);

test('who was authorised anew after a revocation is not ended by it again, when his instance has lost the thread', async () => {
  await using fleet = createFleet(environment, { maxEvents: 3 });
  const [a, b] = [fleet.start({ authorize }), fleet.start({ authorize })];
  await environment.settle();
  await a.push.revoke({ clientId: 'ann' });
  await environment.advance(30 * MINUTE_MS);
  const stream = await ann(b.push);
  const resume = b.pause();
  for (let n = 0; n < 10; n += 1) await a.push.publish('tick', n);
  resume();
  await environment.advance(MINUTE_MS);
  expect(await stream.control('reset')).toMatchObject([{ reason: 'trimmed' }]);
  expect(await reasons(stream)).toEqual([]);
});

test('who is let in while his instance begins is not ended by a revocation of long ago', async () => {
  await using fleet = createFleet(environment);
  const a = fleet.start({ authorize });
  await a.push.revoke({ clientId: 'ann' });
  await environment.advance(30 * MINUTE_MS);
  const stream = await ann(fleet.start({ authorize }).push);
  await environment.settle();
  expect(await reasons(stream)).toEqual([]);
});

test('who was authorised anew after a revocation is not ended by it where his instance has begun since', async () => {
  await using fleet = createFleet(environment);
  const a = fleet.start({ authorize });
  await a.push.revoke({ clientId: 'ann' });
  await environment.advance(MINUTE_MS);
  const b = fleet.start({ authorize });
  await environment.settle();
  const stream = await ann(b.push);
  await environment.advance(MINUTE_MS);
  expect(await reasons(stream)).toEqual([]);
  await a.push.revoke({ clientId: 'ann' });
  await environment.settle();
  expect(await reasons(stream)).toEqual(['revoked']);
});

test('who was let in while what is shared was away is not ended by a revocation of long ago', async () => {
  await using fleet = createFleet(environment);
  const a = fleet.start({ authorize });
  await a.push.revoke({ clientId: 'ann' });
  await environment.advance(30 * MINUTE_MS);
  const b = fleet.start({ authorize });
  b.isSilent = true;
  const stream = await ann(b.push);
  await environment.advance(1_000);
  b.isSilent = false;
  await environment.advance(MINUTE_MS);
  expect(await reasons(stream)).toEqual([]);
});

test('a revocation that an instance missed is carried out, whatever its clock says within minutes', async () => {
  await using fleet = createFleet(environment, { maxEvents: 3 });
  const [a, b] = [fleet.start({ authorize }), fleet.start({ authorize })];
  environment.jump(2 * MINUTE_MS);
  const stream = await ann(b.push);
  environment.jump(-2 * MINUTE_MS);
  const resume = b.pause();
  await a.push.revoke({ clientId: 'ann' });
  for (let n = 0; n < 10; n += 1) await a.push.publish('tick', n);
  resume();
  await environment.advance(MINUTE_MS);
  expect(await reasons(stream)).toEqual(['revoked']);
});

test.each([
  ['revoke', (push: PushStream) => push.revoke({ clientId: 'ann' }), 'revoked'],
  ['kill', (push: PushStream) => push.kill('tab'), 'killed'],
] as const)(
  '%s: an order that was lost with everything else, before another instance had read it, is carried out all the same',
  async (_, give, reason) => {
    const { log, lose } = losable(environment);
    const [here, there] = [wayTo(log), wayTo(log)];
    const a = createPushStream({ log: here.log, environment, authorize });
    const b = createPushStream({ log: there.log, environment, authorize });
    const stream = await ann(b, '/events?session=tab');
    await environment.advance(1_500);
    const resume = there.pause();
    await give(a);
    await environment.settle();
    lose();
    resume();
    await environment.settle();
    await environment.advance(MINUTE_MS);
    expect(await reasons(stream)).toEqual([reason]);
    await Promise.all([a.close(), b.close()]);
    await environment.advance(MINUTE_MS);
    expect(environment.pending).toBe(0);
  },
);

test('a stream without a name is killed, also where its instance missed the order', async () => {
  await using fleet = createFleet(environment, { maxEvents: 3 });
  const [a, b] = [fleet.start(), fleet.start()];
  const [one, two] = [await open(b.push.fetch), await open(b.push.fetch, '/events?session=tab')];
  await environment.advance(1_500);
  const resume = b.pause();
  expect(await a.push.killAll()).toBe(2);
  for (let n = 0; n < 10; n += 1) await a.push.publish('tick', n);
  resume();
  await environment.advance(MINUTE_MS);
  expect([await reasons(one), await reasons(two)]).toEqual([['killed'], ['killed']]);
});

test('a connection is killed by its id, also where its instance missed the order; its name may come back', async () => {
  await using fleet = createFleet(environment, { maxEvents: 3 });
  const [a, b] = [fleet.start(), fleet.start()];
  const stream = await open(b.push.fetch, '/events?session=tab');
  await environment.advance(1_500);
  const resume = b.pause();
  expect(await a.push.kill(b.push.sessions()[0]?.connectionId ?? '')).toBe(true);
  for (let n = 0; n < 10; n += 1) await a.push.publish('tick', n);
  resume();
  await environment.advance(MINUTE_MS);
  expect(await reasons(stream)).toEqual(['killed']);
  const again = await open(b.push.fetch, '/events?session=tab');
  expect(again.response.status).toBe(200);
  await environment.advance(MINUTE_MS);
  expect(await reasons(again)).toEqual([]);
});

test('an instance that starts behind a loss, before the others have told again, hears later whom it has to refuse', async () => {
  const { log, lose } = losable(environment);
  const start = (): PushStream => createPushStream({ log: wayTo(log).log, environment, authorize });
  const a = start();
  await environment.settle();
  await a.kill('tab');
  lose();
  const b = start();
  const stream = await ann(b, '/events?session=tab');
  await environment.advance(MINUTE_MS);
  expect(await reasons(stream)).toEqual(['killed']);
  expect((await ann(b, '/events?session=tab')).response.status).toBe(204);
  await Promise.all([a.close(), b.close()]);
  await environment.advance(MINUTE_MS);
  expect(environment.pending).toBe(0);
});

test('who is alone on his log asks nobody what he missed, and waits for nothing', async () => {
  const push = createPushStream({ environment });
  await environment.settle();
  expect(environment.pending).toBe(0);
  await push.close();
});
