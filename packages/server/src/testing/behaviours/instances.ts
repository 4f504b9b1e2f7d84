import { entry, later, now, numbered, publishAll, range, readAll, start } from '../entries.ts';
import { equal, rejects } from '../expect.ts';
import { type Rule, rule } from '../rule.ts';
import type { World } from '../world.ts';

const joinRule = (name: string, prove: (world: World) => Promise<void>): Rule => rule(name, prove, 'join');

/** Several logs on one store. */
export const instances: readonly Rule[] = [
  joinRule('instances have one epoch and one head', async (world) => {
    const one = await world.create();
    await publishAll(one, range(1, 3));
    const other = await world.join(one);
    equal('the head of the other', await other.head(), await one.head());
    equal('the next number', (await other.publish(entry('a'))).seq, 4);
    equal('the head of the first', await one.head(), await other.head());
  }),
  joinRule('a tail sees what any instance publishes', async (world) => {
    const one = await world.create();
    const other = await world.join(one);
    const taking = world.follow(one, await start(one)).take(2);
    await world.moment();
    await other.publish(entry('a'));
    await world.moment();
    await one.publish(entry('b'));
    equal('what it sees', numbered(await taking), ['1:a', '2:b']);
  }),
  joinRule('what instances publish at the same time is one order for all', async (world) => {
    const one = await world.create();
    const other = await world.join(one);
    const from = await start(one);
    const taking = later(Promise.all([one, other].map((log) => world.follow(log, from).take(200))));
    const stored = await Promise.all([publishAll(one, range(1, 100)), publishAll(other, range(101, 200))]);
    const numbers = stored.flat().map(({ seq }) => seq);
    numbers.sort((a, b) => a - b);
    equal('the numbers', numbers, range(1, 200));
    const order = await readAll(one, from);
    for (const [at, { seq }] of stored.flat().entries()) {
      equal(`what is stored at ${seq}`, order[seq - 1]?.data, String(at + 1));
    }
    for (const taken of await taking) equal('what a tail sees', taken, order);
  }),
  joinRule('a key that one instance has stored is known to all', async (world) => {
    const one = await world.create();
    const other = await world.join(one);
    const first = await one.publish(entry('a', { key: 'a' }));
    equal('at the other', await other.publish(entry('a', { key: 'a' })), { ...first, duplicate: true });
    const both = await Promise.all([one, other].map((log) => log.publish(entry('b', { key: 'b' }))));
    const duplicates = both.filter(({ duplicate }) => duplicate);
    equal('duplicates of those at once', duplicates.length, 1);
    equal('the last number', (await now(one)).seq, 2);
  }),
  joinRule('closing one instance leaves the others alone', async (world) => {
    const one = await world.create();
    const other = await world.join(one);
    const taking = world.follow(other, await start(other)).take(2);
    await one.publish(entry('a'));
    await one.close();
    await rejects('the closed one', one.head(), 'closed');
    await other.publish(entry('b'));
    equal('what the other sees', numbered(await taking), ['1:a', '2:b']);
  }),
];
