import { expect, test } from 'vitest';
import { numberServer } from './number-server.ts';
import {
  describePageLife,
  eventually,
  expectCatchUp,
  expectGapless,
  hide,
  numbersOf,
  quick,
  read,
  show,
  untilNumber,
} from './pages.ts';

/** Timers of pages that are hidden for five seconds, not for five minutes, fire once a minute. */
const THROTTLED = '--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/5';
const THROTTLED_GAP_MS = 3_000;
const RELEASE_MS = 500;

describePageLife('a hidden page', [THROTTLED], (open) => {
  test.concurrent('hidden, a page keeps its connections however late its timers are, and no heartbeat is missed', async () => {
    await using server = await numberServer();
    await using tab = await open(
      server.page(
        { name: 'busy', by: 'client' },
        { name: 'quiet', by: 'client', query: { heartbeatMs: 1_000, silent: 1 } },
      ),
    );
    await untilNumber(tab, 'busy', 20);
    await hide(tab);
    await eventually(() => read(tab, ({ sinceTick }, gapMs) => sinceTick() > gapMs, THROTTLED_GAP_MS));
    // Longer than the silence that the announced interval allows.
    await untilNumber(tab, 'busy', server.head + 80);
    expect(await read(tab, ({ sinceTick }) => sinceTick()), 'timers still are late').toBeGreaterThan(THROTTLED_GAP_MS);

    // All timers that were kept back fire now.
    await show(tab);
    await untilNumber(tab, 'busy', server.head + 20);
    expect(await read(tab, ({ sinceTick }) => sinceTick())).toBeLessThan(THROTTLED_GAP_MS);
    expectGapless(await numbersOf(tab, 'busy'));
    for (const name of ['busy', 'quiet']) expect(server.connections(name), name).toHaveLength(1);
    expect(await read(tab, ({ errors }) => errors)).toEqual([]);
  });

  test.concurrent('with releaseAfterMs, a hidden page gives its connection back and resumes when it is shown; by default it keeps it', async () => {
    await using server = await numberServer();
    await using tab = await open(
      server.page(
        { name: 'released', by: 'client', options: { hidden: { releaseAfterMs: RELEASE_MS }, reconnect: quick } },
        { name: 'kept', by: 'client' },
      ),
    );
    for (const name of ['released', 'kept']) await untilNumber(tab, name, 20);
    const before = performance.now();
    await tab.hide();
    await eventually(() => server.live('released').length === 0);
    expect(performance.now() - before).toBeGreaterThanOrEqual(RELEASE_MS);
    expect(await read(tab, ({ clients }) => clients['released']?.status)).toBe('paused');
    const last = (await numbersOf(tab, 'released')).at(-1);
    await untilNumber(tab, 'kept', server.head + 30);
    expect(server.live('released')).toHaveLength(0);

    await expectCatchUp(tab, { name: 'released', server }, () => tab.show());
    expect(server.connections('released').map(({ lastEventId }) => lastEventId)).toEqual([undefined, String(last)]);
    expect(server.connections('kept')).toHaveLength(1);
    expect(await read(tab, ({ errors }) => errors)).toEqual([]);
  });

  test.concurrent('a page that is hidden again and again for a moment, never for releaseAfterMs, keeps its connection', async () => {
    await using server = await numberServer();
    const options = { hidden: { releaseAfterMs: 1_500 } };
    await using tab = await open(server.page({ name: 'client', by: 'client', options }));
    await untilNumber(tab, 'client', 10);
    const end = server.head + 60;
    let times = 0;
    for (; server.head < end; times += 1) {
      await hide(tab);
      await show(tab);
    }
    expect(times).toBeGreaterThan(3);
    await untilNumber(tab, 'client', server.head + 40);
    expect(server.connections('client')).toHaveLength(1);
    expect(await read(tab, ({ statuses }) => statuses)).toEqual(['connecting', 'open']);
    expectGapless(await numbersOf(tab, 'client'));
  });
});
