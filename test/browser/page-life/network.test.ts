import { expect, test } from 'vitest';
import { faultProxy } from '../../support/fault-proxy.ts';
import { numberServer } from './number-server.ts';
import {
  describePageLife,
  eventually,
  expectCatchUp,
  expectGapless,
  numbersOf,
  quick,
  read,
  until,
  untilNumber,
} from './pages.ts';

/** No attempt follows a failure sooner; a timer may be early by its rounding. */
const MIN_DELAY_MS = 250 - 1;
const FLAPPING_MS = 2_000;

describePageLife('clock and network', [], (open) => {
  test.concurrent('a clock that jumps an hour ahead, as after sleep, finds a stream dead that is merely silent', async () => {
    await using server = await numberServer();
    await using proxy = await faultProxy(server.http.origin);
    const url = server.page({ name: 'client', by: 'client', options: { reconnect: quick } });
    await using tab = await open(url.replace(server.http.origin, new URL(proxy.url).origin));
    await untilNumber(tab, 'client', 20);
    for (const link of proxy.links) link.hold();
    const heldAt = server.head;
    await eventually(() => server.head > heldAt + 60);
    expect(server.connections('client'), 'silence alone is no reason').toHaveLength(1);

    await expectCatchUp(tab, { name: 'client', server }, () =>
      read(tab, () => {
        const real = Date.now;
        Date.now = () => real() + 3_600_000;
      }),
    );
    expect(await read(tab, ({ errors }) => errors)).toEqual(['heartbeat-timeout']);
    expect(server.connections('client')).toHaveLength(2);
  });

  test.concurrent('a network that comes and goes fifty times a second makes no attempt sooner than the shortest wait', async () => {
    await using server = await numberServer();
    await using tab = await open(server.page({ name: 'client', by: 'client' }));
    await untilNumber(tab, 'client', 20);
    server.refuse(true);
    server.cut('client');
    await until(tab, ({ clients }) => clients['client']?.status === 'reconnecting');
    await read(
      tab,
      ({ now }, lastsMs) =>
        new Promise<void>((resolve) => {
          const end = now() + lastsMs;
          const timer = setInterval(() => {
            for (const type of ['offline', 'online']) window.dispatchEvent(new Event(type));
            if (now() < end) return;
            clearInterval(timer);
            resolve();
          }, 20);
        }),
      FLAPPING_MS,
    );
    const attempts = server.connections('client').slice(1);
    const gaps = attempts.slice(1).map(({ at }, index) => at - (attempts[index]?.at ?? 0));
    expect(gaps.filter((gap) => gap < MIN_DELAY_MS)).toEqual([]);
    expect(attempts.length, 'and each `online` that comes later than that makes one').toBeGreaterThan(3);

    server.refuse(false);
    await expectCatchUp(tab, { name: 'client', server }, () =>
      read(tab, () => window.dispatchEvent(new Event('online'))),
    );
  });

  test.concurrent('a network that is said to be gone, or back, ends no stream that lives', async () => {
    await using server = await numberServer();
    await using tab = await open(server.page({ name: 'client', by: 'client' }));
    await untilNumber(tab, 'client', 20);
    await read(tab, () => window.dispatchEvent(new Event('offline')));
    await untilNumber(tab, 'client', server.head + 30);
    await read(tab, () => window.dispatchEvent(new Event('online')));
    // Longer than a suspected stream has to show a byte.
    await untilNumber(tab, 'client', server.head + 60);
    expect(server.connections('client')).toHaveLength(1);
    expect(await read(tab, ({ statuses }) => statuses)).toEqual(['connecting', 'open']);
    expectGapless(await numbersOf(tab, 'client'));
  });
});
