import { entry, later, now, publishAll, range, start } from '../entries.ts';
import { equal, rejects } from '../expect.ts';
import { type Rule, rule } from '../rule.ts';

export const closing: readonly Rule[] = [
  rule('closing ends every tail without an error', async (world) => {
    const log = await world.create();
    await publishAll(log, range(1, 3));
    const newest = await now(log);
    const waiting = later(Promise.all(range(1, 5).map(() => world.follow(log, newest).page())));
    const idle = world.follow(log, await start(log));
    await idle.take(3);
    await world.moment();
    await log.close();
    equal('pages of those that waited', await waiting, Array.from({ length: 5 }));
    await idle.ended();
  }),
  rule('a tail of a closed log ends at once', async (world) => {
    const log = await world.create();
    const from = await start(log);
    await log.publish(entry('a'));
    await log.close();
    equal('its first page', await world.follow(log, from).page(), undefined);
  }),
  rule('a closed log refuses to publish, to read and to tell its head', async (world) => {
    const log = await world.create();
    const from = await now(log);
    await log.close();
    await rejects('publish', log.publish(entry('a')), 'closed');
    await rejects('read', log.read(from, 1), 'closed');
    await rejects('head', log.head(), 'closed');
  }),
  rule('closing again changes nothing', async (world) => {
    const log = await world.create();
    await Promise.all([log.close(), log.close()]);
    await log.close();
    await rejects('head', log.head(), 'closed');
  }),
  rule('what is being published when the log is closed is stored, or refused', async (world) => {
    const log = await world.create();
    const publishing = Promise.allSettled(range(1, 5).map((number) => log.publish(entry(number))));
    await log.close();
    for (const [at, result] of (await publishing).entries()) {
      if (result.status === 'fulfilled') equal(`entry ${at + 1}`, result.value.seq, at + 1);
      else await rejects(`entry ${at + 1}`, Promise.reject(result.reason), 'closed');
    }
  }),
];
