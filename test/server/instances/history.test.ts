import { expect, test } from 'vitest';
import type { PushStream } from '../../../packages/server/src/index.ts';
import { open, type TestStream } from '../streams.ts';
import { createTestEnvironment } from '../support.ts';
import { createFleet, type Instance } from './fleet.ts';
import { losable } from './losable.ts';

const MINUTE_MS = 60_000;
const authorize = ({ headers }: { headers: Headers }) => ({ clientId: headers.get('x-user') ?? 'nobody' });

/** Numbers that look like chance, the same ones for the same seed. */
function createChance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

interface Opened {
  readonly stream: TestStream;
  /** Orders that were given before it. */
  readonly behind: number;
  /** When its instance had heard everything. */
  readonly heardAt: number;
  readonly user: string;
  readonly session: string;
}

/** An order that was confirmed. */
interface Given {
  readonly at: number;
  /** Counts from 1. */
  readonly number: number;
  readonly kind: 'kill' | 'revoke';
  readonly whom: string;
}

const reasonOf = async ({ stream }: Opened): Promise<unknown> =>
  (await stream.control('closing')).map((data) => (data as { reason: unknown }).reason)[0];

const seeds = Array.from({ length: 12 }, (_, n) => n + 1);

test.each(seeds.flatMap((seed) => [false, true].map((isLossy) => ({ seed, isLossy }))))(
  'whatever happens to instances, those who are meant are ended and nobody else ($seed, log may be lost: $isLossy)',
  async ({ seed, isLossy }) => {
    const chance = createChance(seed);
    const environment = createTestEnvironment();
    const { log, lose } = losable(environment, { maxEvents: 4 });
    await using fleet = createFleet(environment, {}, log);
    const instances: Instance[] = [];
    const paused = new Map<Instance, { readonly since: number; resume(): void }>();
    const opened: Opened[] = [];
    const given: Given[] = [];
    const attempted: Given[] = [];
    const start = (): void => void instances.push(fleet.start({ authorize }));
    start();
    start();
    await environment.settle();
    const pick = (): Instance => instances[chance(instances.length)] ?? fleet.start({ authorize });
    const user = (): string => `user-${chance(3)}`;
    const session = (): string => `tab-${chance(6)}`;

    async function give(
      kind: Given['kind'],
      whom: string,
      work: (push: PushStream) => Promise<unknown>,
    ): Promise<void> {
      const order = { at: environment.monotonicNow(), number: attempted.length + 1, kind, whom };
      attempted.push(order);
      const done = work(pick().push).then(
        () => void given.push(order),
        () => {},
      );
      await environment.settle();
      await done;
    }

    const steps: Array<() => Promise<unknown> | void> = [
      async () => {
        const [who, name] = [user(), session()];
        const instance = pick();
        const stream = await open(instance.push.fetch, `/events?session=${name}`, { 'x-user': who });
        if (stream.response.status === 200) {
          const heardAt = paused.get(instance)?.since ?? environment.monotonicNow();
          opened.push({ stream, behind: attempted.length, heardAt, user: who, session: name });
        }
      },
      () => give('kill', `tab-${chance(6)}`, (push) => push.kill(attempted.at(-1)?.whom ?? '')),
      () => give('revoke', user(), (push) => push.revoke({ clientId: attempted.at(-1)?.whom ?? '' })),
      async () => {
        for (let n = chance(10); n > 0; n -= 1) await pick().push.publish('tick', n);
      },
      () => {
        const one = pick();
        if (!paused.has(one)) paused.set(one, { since: environment.monotonicNow(), resume: one.pause() });
      },
      () => {
        for (const [one, { resume }] of [...paused].slice(0, 1)) {
          resume();
          paused.delete(one);
        }
      },
      () => void Object.assign(pick(), { isSilent: chance(3) === 0 }),
      () => environment.advance(chance(20_000)),
      () => environment.advance(chance(6) * MINUTE_MS),
      () => {
        if (instances.length < 4) start();
      },
      () => {
        if (!isLossy) return;
        lose();
        // Before the others have told again what they had.
        if (instances.length < 6) start();
      },
    ];
    for (let n = 0; n < 80; n += 1) {
      await steps[chance(3) === 0 ? 0 : chance(steps.length)]?.();
      await environment.settle();
    }
    for (const { resume } of paused.values()) resume();
    for (const one of instances) one.isSilent = false;
    await environment.advance(MINUTE_MS);

    const isOf = (one: Opened, { kind, whom }: Given): boolean => (kind === 'kill' ? one.session : one.user) === whom;
    for (const one of opened) {
      const reason = await reasonOf(one);
      const isMeant = given.some((order) => isOf(one, order) && order.number > one.behind);
      // An order may be late by as long as an instance hears nothing, and by what clocks may differ.
      const mayBe = attempted
        .filter((order) => isOf(one, order) && (order.kind === 'kill' || order.at >= one.heardAt - 5 * MINUTE_MS))
        .map(({ kind }) => `${kind}ed`.replace('ee', 'e'));
      expect(isMeant ? mayBe : [...mayBe, undefined], JSON.stringify(one)).toContain(reason);
    }
    expect(opened.length).toBeGreaterThan(3);
  },
  60_000,
);
