import type { LogPage } from '../../log/log.ts';
import { entry, now, numbered, publishAll, range, start } from '../entries.ts';
import { equal } from '../expect.ts';
import { type Rule, rule } from '../rule.ts';
import { watchSignal } from '../watch-signal.ts';

export const aborting: readonly Rule[] = [
  rule('a tail that is aborted before it is asked for gives nothing and ends', async (world) => {
    const log = await world.create();
    await publishAll(log, range(1, 3));
    const controller = new AbortController();
    controller.abort();
    equal('its first page', await world.follow(log, await start(log), controller).page(), undefined);
  }),
  rule('a tail that is aborted before its first page gives nothing and ends', async (world) => {
    const log = await world.create();
    await publishAll(log, range(1, 3));
    const tail = world.follow(log, await start(log));
    tail.abort();
    equal('its first page', await tail.page(), undefined);
  }),
  rule('a tail that is aborted while it waits ends without an error', async (world) => {
    const log = await world.create();
    const tail = world.follow(log, await now(log));
    const next = tail.page();
    await world.moment();
    tail.abort(new Error('a reason of the user'));
    equal('its next page', await next, undefined);
    equal('the one behind', await tail.page(), undefined);
  }),
  rule('a tail that is aborted as soon as it waits ends without an error', async (world) => {
    const log = await world.create();
    for (const turns of range(0, 8)) {
      const tail = world.follow(log, await now(log));
      const next = tail.page();
      for (const _ of range(1, turns)) await Promise.resolve();
      tail.abort(turns);
      equal('its next page', await next, undefined);
    }
  }),
  rule('a tail that is aborted between two pages ends without an error', async (world) => {
    const log = await world.create();
    const tail = world.follow(log, await start(log));
    await publishAll(log, range(1, 3));
    await tail.page();
    tail.abort();
    await log.publish(entry('a'));
    await tail.ended();
    equal('the page behind the end', await tail.page(), undefined);
  }),
  rule('a loop over a tail ends when it is aborted within', async (world) => {
    const log = await world.create();
    const controller = new AbortController();
    const pages: LogPage[] = [];
    await log.publish(entry('a'));
    for await (const page of log.tail(await start(log), controller.signal)) {
      pages.push(page);
      controller.abort();
    }
    equal('pages', pages.length, 1);
  }),
  rule('other tails and the log live on when a tail is aborted or left', async (world) => {
    const log = await world.create();
    const from = await start(log);
    const tails = range(1, 20).map(() => world.follow(log, from));
    const stays = world.follow(log, from);
    const waiting = tails.map((tail) => tail.page());
    const staying = stays.take(1);
    await world.moment();
    for (const tail of tails) tail.abort();
    equal(
      'pages of those',
      await Promise.all(waiting),
      Array.from(tails, () => undefined),
    );
    const left = world.follow(log, from);
    await log.publish(entry('a'));
    await left.take(1);
    await left.leave();
    equal('the page behind the end', await left.page(), undefined);
    equal('what the other sees', numbered(await staying), ['1:a']);
    await log.publish(entry('b'));
    equal('what follows', numbered(await stays.take(1)), ['2:b']);
  }),
  rule('a tail that is over has no listener on its signal', async (world) => {
    const log = await world.create();
    const watched = watchSignal();
    const left = world.follow(log, await start(log), watched.controller);
    const next = left.take(2);
    await world.moment();
    await log.publish(entry('a'));
    await world.moment();
    await log.publish(entry('b'));
    await next;
    await left.leave();
    equal('listeners of one that was left', watched.listeners, 0);

    const aborted = world.follow(log, await now(log), watched.controller);
    const waiting = aborted.page();
    await world.moment();
    aborted.abort();
    await waiting;
    equal('listeners of one that was aborted', watched.listeners, 0);
  }),
  rule('a tail that the log has ended has no listener on its signal', async (world) => {
    const log = await world.create();
    const watched = watchSignal();
    const tail = world.follow(log, await now(log), watched.controller);
    const waiting = tail.page();
    await world.moment();
    await log.close();
    equal('its next page', await waiting, undefined);
    equal('listeners', watched.listeners, 0);
  }),
];
