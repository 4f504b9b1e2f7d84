import { expect, test } from 'vitest';
import { describeInChromium } from '../support/browser.ts';

const QUICK = 'heartbeatMs=400&baseDelayMs=50';
const pages = [
  ['ESM', '/'],
  ['UMD', '/umd.html'],
] as const;

describeInChromium('faults', { simulate: false }, (tests) => {
  const { open, fault, burst, ledger } = tests;

  test.each(pages)(
    '%s: an event that is cut in two arrives once, and its half moves no cursor',
    async (_name, path) => {
      const { page, cursors, read, until } = await open(`${path}?dedupe=off&${QUICK}`);
      const baseline = await read((playground) => playground.baseline);
      // The last share leaves out nothing but the blank line's end: the id is there, the event is not.
      for (const [index, share] of [0, 0.3, 0.6, 1].entries()) {
        await burst({ count: 10 });
        await until(({ delivered }, count) => delivered.length === count, index * 11 + 10);
        const { ids } = await ledger(baseline);
        await fault('cut-mid-event', { share });
        await until(({ delivered }, count) => delivered.length === count, index * 11 + 11);
        expect(cursors.at(-1)).toBe(ids.at(-1));
      }
      expect(await read(({ delivered }) => delivered)).toEqual((await ledger(baseline)).ids);
      expect(await read(({ errors }) => errors.map(({ code }) => code))).toEqual([
        'network',
        'network',
        'network',
        'network',
      ]);
      await page.close();
    },
  );

  test('a half-open stream is found by its silence, and what it kept back arrives', async () => {
    const { page, read, until } = await open(`/?heartbeatTimeoutMs=1000&${QUICK}`);
    const baseline = await read((playground) => playground.baseline);
    await fault('stall', { seconds: 60 });
    await burst({ count: 20 });
    await until(({ client }) => client.snapshot.value.opens === 2);
    await until(({ delivered }) => delivered.length === 20);
    expect(await read(({ delivered }) => delivered)).toEqual((await ledger(baseline)).ids);
    const [error] = await read(({ errors }) => errors.map(({ code, message }) => ({ code, message })));
    expect(error).toEqual({ code: 'heartbeat-timeout', message: expect.stringMatching(/got \d+ ms of silence/) });
    // The stream that was given up is closed, not leaked.
    await expect.poll(() => tests.playground.proxy.streams().length).toBe(1);
    await page.close();
  });

  test('the announced heartbeat alone is enough to notice a half-open stream', async () => {
    const { page, read, until } = await open(`/?${QUICK}`);
    await fault('stall', { seconds: 60 });
    await until(({ client }) => client.snapshot.value.opens === 2);
    expect(await read(({ errors }) => errors.map(({ code }) => code))).toEqual(['heartbeat-timeout']);
    await page.close();
  });

  test('heartbeats keep a quiet stream open', async () => {
    const { page, read, until } = await open(`/?heartbeatTimeoutMs=1500&${QUICK}`);
    await read(({ client }) => {
      const counted = globalThis as { heartbeats?: number };
      client.inspect(({ kind, ...said }) => {
        if (kind === 'frame' && 'frame' in said && said.frame.kind === 'id')
          counted.heartbeats = (counted.heartbeats ?? 0) + 1;
      });
    });
    await until(() => ((globalThis as { heartbeats?: number }).heartbeats ?? 0) >= 6);
    expect(await read(({ client, errors }) => ({ opens: client.snapshot.value.opens, errors: errors.length }))).toEqual(
      {
        opens: 1,
        errors: 0,
      },
    );
    await page.close();
  });

  test('a 503 is retried no sooner than its Retry-After asks', async () => {
    const { page, read, until, shown } = await open(`/?${QUICK}`);
    await fault('unavailable', { seconds: 60 });
    await until(({ client }) => client.snapshot.value.error?.code === 'http');
    const retry = await read(({ client }) => client.snapshot.value.retry);
    await fault('unavailable', { seconds: 0 });
    expect(retry?.delayMs).toBeGreaterThanOrEqual(2_000);
    await expect.poll(() => shown('detail')).toMatch(/^Next attempt in \d\.\d s · Expected HTTP 200 .*, got 503/);
    await until(({ client }) => client.status === 'open');
    const openedAt = await page.evaluate(() => Date.now());
    expect(openedAt).toBeGreaterThanOrEqual(retry?.at ?? Number.POSITIVE_INFINITY);
    expect(await read(({ errors }) => errors.filter(({ code }) => code === 'http').length)).toBe(1);
    await page.close();
  });

  test('a repetition within a connection is dropped where dedupe says always, and counted where it is off', async () => {
    const [always, off] = await Promise.all([open(`/?${QUICK}`), open(`/umd.html?dedupe=off&${QUICK}`)]);
    await burst({ count: 10 });
    for (const { until } of [always, off]) await until(({ delivered }) => delivered.length === 10);
    await fault('duplicate');
    await burst({ count: 10 });
    await always.until(({ delivered }) => delivered.length === 20);
    await off.until(({ delivered }) => delivered.length === 21);
    await expect.poll(() => off.shown('duplicated')).toBe('1');
    expect(await always.shown('duplicated')).toBe('0');
    await Promise.all([always.page.close(), off.page.close()]);
  });

  test('a lost history is one reset, not silence, and the stream goes on', async () => {
    const { page, read, until, shown } = await open(`/?${QUICK}`);
    await burst({ count: 10 });
    await until(({ delivered }) => delivered.length === 10);
    await fault('restart-empty');
    await until(({ client }) => client.snapshot.value.opens === 2);
    await burst({ count: 10 });
    await until(({ delivered }) => delivered.length === 20);
    await expect.poll(() => shown('log')).toMatch(/reset.*epoch/);
    expect(await read(({ counts }) => counts)).toMatchObject({ published: 20, delivered: 20, lost: 0, duplicated: 0 });
    await page.close();
  });
});
