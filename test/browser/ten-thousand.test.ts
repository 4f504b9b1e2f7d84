import { expect, test } from 'vitest';
import { describeInChromium } from '../support/browser.ts';

/** A cut within an event adds one: the event that it tears. */
const FAULTS = [
  ['cut'],
  ['cut-mid-event', { share: 0.5 }],
  ['cut'],
  ['cut-mid-event', { share: 1 }],
  ['cut-mid-event', { share: 0.1 }],
] as const;
const EVENTS = 10_003;

describeInChromium('10,000 events, 5 disconnects, 0 lost, 0 duplicated', { simulate: false }, (tests) => {
  const { open, fault, burst, ledger } = tests;

  test.each([
    ['ESM page', '/?dedupe=reconnect'],
    ['UMD page', '/umd.html?dedupe=reconnect'],
    ['ESM page without deduplication: the cursor alone is exact', '/?dedupe=off'],
  ])('%s', async (_name, path) => {
    const { page, cursors, read, until } = await open(`${path}&baseDelayMs=100`);
    const baseline = await read((playground) => playground.baseline);

    for (const [index, [name, options]] of FAULTS.entries()) {
      const before = await read(({ delivered }) => delivered.length);
      // The burst goes on while the page is cut off.
      await burst({ count: 2000, perSecond: 8000 });
      await until(({ delivered }, least) => delivered.length >= least, before + 200);
      await fault(name, options);
      await until(({ client }, opens) => client.snapshot.value.opens === opens, index + 2);
    }

    await expect.poll(async () => (await ledger(baseline)).ids.length, { timeout: 10_000 }).toBe(EVENTS);
    const { ids } = await ledger(baseline);
    await until(({ delivered }, count) => delivered.length >= count, EVENTS);
    expect(await read(({ delivered }) => delivered)).toEqual(ids);
    expect(await read(({ counts }) => counts)).toMatchObject({
      published: EVENTS,
      delivered: EVENTS,
      lost: 0,
      duplicated: 0,
      outOfOrder: 0,
    });
    // One request per connection, each from where the one before it had got to.
    const places = cursors.map((cursor) => [baseline, ...ids].indexOf(cursor ?? ''));
    expect(places).toHaveLength(FAULTS.length + 1);
    expect(places[0]).toBe(0);
    expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
    await page.close();
  });
});
