import { expect, test } from 'vitest';
import type { FaultName } from '../../playground/contract.ts';
import { describeInChromium, type OpenPage } from '../support/browser.ts';

/** What each button does to the page; its first number: how many connections it costs at least. */
const FAULTS: ReadonlyArray<readonly [name: FaultName, connections: 0 | 1, reset?: string]> = [
  ['cut', 1],
  ['cut-mid-event', 1],
  ['stall', 1],
  ['refuse', 1],
  ['unavailable', 1],
  ['unauthorized', 1],
  ['slow', 0],
  ['duplicate', 0],
  ['restart', 1],
  ['trim', 1, 'trimmed'],
  ['restart-empty', 1, 'epoch'],
  ['expire', 1],
  ['drain', 1],
];
const LONG: ReadonlySet<FaultName> = new Set(['stall', 'slow'] as const);
const PATIENCE = { timeout: 20_000, interval: 25 };

/** Polls longer than by default: the machine may have other work. */
const soon = <Value>(read: () => Value | Promise<Value>) => expect.poll(read, PATIENCE);

/** What each panel shows, word for word. */
function panels({ page }: OpenPage): Promise<Array<{ name: string; text: string }>> {
  return page.evaluate(() =>
    Array.from(document.querySelectorAll<HTMLElement>('[data-panel]'), (panel) => ({
      name: panel.dataset['panel'] ?? '',
      text: Array.from(panel.querySelectorAll('.live p, .live li'), (line) => {
        const share = line.querySelector('progress')?.value;
        return `${line.textContent.replace(/\s+/g, ' ').trim()} ${share ?? ''}`;
      }).join('\n'),
    })),
  );
}

/** All of them show the same, and something. */
async function expectAgreement(opened: OpenPage): Promise<void> {
  const differences = async (): Promise<number> => new Set((await panels(opened)).map(({ text }) => text)).size;
  await soon(differences).toBe(1);
  const shown = await panels(opened);
  expect(shown.map(({ name }) => name)).toEqual(['vanilla', 'react', 'vue', 'svelte']);
  expect(shown[0]?.text).toMatch(/^open \d+ events/);
}

/** A visitor waits for these to pass; a test has seen enough after a few events. */
async function endFaults({ page, read, until }: OpenPage): Promise<void> {
  const before = await read(({ delivered }) => delivered.length);
  await until(({ delivered }, least) => delivered.length > least, before + 3);
  await page.evaluate(() => fetch('/api/faults', { method: 'DELETE' }));
}

/** Nothing is on any more, the stream is open, and all that was published has come. */
async function settle({ page, read }: OpenPage): Promise<void> {
  await soon(() => page.locator('[data-active]').count()).toBe(0);
  await soon(() =>
    read(async ({ client, audit }) => (client.status === 'open' ? (await audit()).toCome : 'away')),
  ).toBe(0);
}

describeInChromium('every button of the page', { simulate: true }, (tests) => {
  const { open, ledger } = tests;

  test(
    '0 lost, 0 duplicated, 0 out of order after each; all panels agree; one stream',
    { timeout: 180_000 },
    async () => {
      const opened = await open('/?heartbeatMs=400&baseDelayMs=50');
      const { page, read, until } = opened;
      const baseline = await read((playground) => playground.baseline);
      const names = await page
        .locator('[data-fault]')
        .evaluateAll((all) => all.map((button) => button.dataset['fault']));
      expect(names.toSorted()).toEqual([...FAULTS.map(([name]) => name), 'burst'].toSorted());
      await expectAgreement(opened);

      let resets = 0;
      for (const [name, connections, reset] of FAULTS) {
        const before = await read(({ client }) => client.snapshot.value.opens);
        await page.locator(`[data-fault="${name}"]`).click();
        await until(({ client }, opens) => client.snapshot.value.opens >= opens, before + connections);
        if (LONG.has(name)) await endFaults(opened);
        await settle(opened);
        const counts = await read(({ audit }) => audit());
        expect({ name, ...counts }).toMatchObject({ name, lost: 0, duplicated: 0, outOfOrder: 0 });
        if (reset !== undefined) resets += 1;
        expect({ name, resets: await opened.shown('resets') }).toEqual({ name, resets: String(resets) });
        if (reset !== undefined) expect(await opened.shown('reset-note')).toContain(reset);
        if (connections > 0) await soon(() => opened.shown('recovery')).toMatch(/^\d+\.\d s$/);
        await expectAgreement(opened);
        const streams = (await tests.playground.backend.instances()).map((instance) => instance.streams);
        expect({ name, streams: streams.reduce((sum, count) => sum + count, 0) }).toEqual({ name, streams: 1 });
      }

      await page.locator('[data-fault="burst"]').click();
      await settle(opened);
      await expectAgreement(opened);
      // The judge is judged: what the page did not get, by the ledger itself, is what the resets announced.
      // Tasks go on: what is delivered is looked at in the same turn as the counts.
      const { counts, came } = await read(async ({ audit, delivered }) => ({
        counts: await audit(),
        came: [...delivered],
      }));
      const delivered = new Set(came);
      const { ids } = await ledger(baseline);
      const known = ids.slice(0, counts.published);
      expect(known.filter((id) => !delivered.has(id))).toHaveLength(counts.skipped + counts.toCome);
      expect(counts).toMatchObject({
        delivered: known.length - counts.skipped - counts.toCome,
        lost: 0,
        duplicated: 0,
        outOfOrder: 0,
      });
      await page.close();
    },
  );

  test('the buttons of the client: paused, left, and back without a loss', async () => {
    const opened = await open('/?baseDelayMs=50');
    const { page, read, until } = opened;
    const button = (name: string) => page.getByRole('button', { name, exact: true });
    await button('Pause').click();
    await until(({ client }) => client.status === 'paused');
    await button('Resume').click();
    await until(({ client }) => client.status === 'open' && client.snapshot.value.opens === 2);
    await button('Reconnect').click();
    await until(({ client }) => client.status === 'open' && client.snapshot.value.opens === 3);
    await button('Disconnect').click();
    await until(({ client }) => client.status === 'closed');
    await button('Connect').click();
    await until(({ client }) => client.status === 'open' && client.snapshot.value.opens === 4);
    await settle(opened);
    expect(await read(({ counts }) => counts)).toMatchObject({ lost: 0, duplicated: 0, outOfOrder: 0, skipped: 0 });
    // What the visitor did is nothing that it did by itself.
    expect(await opened.shown('reconnects')).toBe('0');
    await expectAgreement(opened);
    await page.close();
  });

  test('what breaks nothing is said to break nothing, and how it ended', async () => {
    const opened = await open('/?baseDelayMs=50');
    const { page, read, shown } = opened;
    const before = await read(({ delivered }) => delivered.length);
    await soon(() => read(({ delivered }) => delivered.length)).toBeGreaterThan(before);
    await page.locator('[data-fault="duplicate"]').click();
    expect(await shown('recovery')).toBe('no break');
    await soon(() => shown('recovery-note')).toBe('Send twice: 1 repetition dropped');
    await page.locator('[data-fault="burst"]').click();
    await soon(() => shown('recovery-note')).toBe('Burst: all shown');
    await page.locator('[data-fault="slow"]').click();
    await soon(() => shown('recovery-note')).toMatch(/^Slow network: (on|\d+ to come)$/);
    await soon(() => shown('recovery-note')).toBe('Slow network: all shown');
    expect(await shown('recovery')).toBe('no break');
    await page.close();
  });

  test('a recovery is measured from when the stream goes away, not from the press', async () => {
    const { page, shown } = await open('/?baseDelayMs=50');
    const pressedAt = performance.now();
    await page.locator('[data-fault="expire"]').click();
    // The rights end after three seconds: as long there is nothing to recover from.
    expect(await shown('recovery')).toBe('…');
    await soon(() => shown('recovery')).toMatch(/^[01]\.\d s$/);
    expect(performance.now() - pressedAt).toBeGreaterThan(2_500);
    expect(await shown('recovery-note')).toBe('Expire');
    await page.close();
  });

  test('the code that a panel shows is that of its own file', async () => {
    const { page } = await open('/');
    const shown = await page.locator('[data-panel] code').allTextContents();
    expect(shown.map((code) => code.includes('reduce: fold'))).toEqual([true, true, true, true]);
    expect(shown.join('')).not.toContain('✂');
    expect(shown[0]).toContain('PushStream.liveState(client');
    await page.close();
  });
});

describeInChromium('the tools of the page', { simulate: true }, (tests) => {
  const { open } = tests;

  test('what a schema refuses is told at the field, and what it takes is published', async () => {
    const { page, read, shown } = await open('/');
    await page.getByRole('tab', { name: 'Publish' }).click();
    const submit = page.getByRole('button', { name: 'Publish', exact: true });
    // The first press shows what publishing is, in every panel.
    await submit.click();
    await soon(() => shown('publish-echo')).toMatch(/^Came back over the stream as task\.created, \S+\.\d+$/);
    await soon(() => page.locator('[data-panel] .live li', { hasText: 'A task of mine' }).count()).toBe(4);
    await page.getByRole('button', { name: 'Try what the schema refuses' }).click();
    await soon(() => shown('publish-data-error')).toMatch(/^percentage: .*200/);
    expect(await shown('publish-echo')).toBe('');
    expect(await page.locator('#publish-data').getAttribute('aria-invalid')).toBe('true');
    await page.fill('#publish-data', '{ "taskId": ');
    await submit.click();
    await soon(() => shown('publish-data-error')).toMatch(/^Expected JSON/);
    await page.fill('#publish-data', '{ "text": "hello" }');
    await page.fill('#publish-type', 'no type');
    await submit.click();
    await soon(() => shown('publish-type-error')).toMatch(/^type: expected/);
    await page.fill('#publish-type', 'note.added');
    await submit.click();
    await soon(() => shown('publish-result')).toMatch(/^Published as /);
    const id = (await shown('publish-result')).replace('Published as ', '');
    await soon(() => read(({ delivered }, wanted) => delivered.includes(wanted), id)).toBe(true);
    await page.close();
  });

  test('a filter lets through what it says, live, and its stream ends with it', async () => {
    const { page, shown } = await open('/');
    await page.getByRole('tab', { name: 'Filter' }).click();
    await page.fill('#filter-type', 'task.created, task.completed');
    expect(await shown('filter-url')).toBe('/events?type=task.created&type=task.completed');
    await page.getByRole('button', { name: 'Watch' }).click();
    await soon(() => shown('filter-state')).toMatch(/^open/);
    await tests.burst({ count: 50 });
    await soon(() => shown('filter-events')).toMatch(/task\.created.*burst/);
    expect(await shown('filter-events')).not.toContain('task.progress');
    await page.fill('#filter-type', '**');
    await soon(() => shown('filter-state')).toMatch(/^type: expected a name or a pattern/);
    await page.fill('#filter-type', 'task.*');
    await soon(() => shown('filter-state')).toMatch(/^open/);
    await page.getByRole('button', { name: 'Stop' }).click();
    await soon(async () => (await tests.playground.backend.instances())[0]?.streams).toBe(1);
    await page.close();
  });

  test('a session that is killed stays away, and comes back under another name', async () => {
    const { page, until, shown } = await open('/?baseDelayMs=50');
    await page.getByRole('tab', { name: 'Sessions' }).click();
    const own = page.getByRole('row', { name: 'this page' });
    await own.waitFor();
    const name = await own.locator('th').textContent();
    await own.getByRole('button', { name: 'Kill' }).click();
    await until(({ client }) => client.status === 'closed' && client.snapshot.value.error === null);
    await soon(() => shown('status-word')).toBe('Killed (204)');
    expect(await shown('detail')).toBe('The server ended this session for good');
    expect(await shown('log')).toMatch(/killed \(204\): the server ended the session for good/);
    await page.getByRole('button', { name: 'Come back as a new session', exact: true }).click();
    await until(({ client }) => client.status === 'open');
    await soon(() => own.locator('th').textContent()).not.toBe(name);
    await page.close();
  });

  test('a storm of 10,000 is shown whole, in few renders, beside what it would cost otherwise', async () => {
    const { page, read, shown } = await open('/');
    await page.getByRole('button', { name: 'Send 10,000 events' }).click();
    await expect.poll(() => shown('storm-state'), { timeout: 60_000 }).toMatch(/^Done/);
    const facts = async (name: string): Promise<number[]> =>
      (await page.locator(`#storm-${name} td`).allTextContents()).map((text) =>
        Number.parseInt(text.replace(',', ''), 10),
      );
    const [[, , tookMs = 0, renders = 0] = [], naive = []] = await Promise.all(['bound', 'naive'].map(facts));
    // At most one per frame, and a few to begin and end with.
    expect(renders).toBeLessThanOrEqual(tookMs / 16 + 3);
    expect(naive.every((fact) => fact >= 0)).toBe(true);
    expect(await read(({ audit }) => audit())).toMatchObject({ lost: 0, duplicated: 0, outOfOrder: 0, skipped: 0 });
    await page.close();
  });

  test('the inspector shows the stream while it is looked at, and costs nothing while it is not', async () => {
    const { page } = await open('/');
    const inspector = page.locator('pushstream-inspector');
    expect(await inspector.isVisible()).toBe(false);
    await page.getByRole('tab', { name: 'Inspector' }).click();
    await inspector.getByText('task.progress').first().waitFor();
    await page.getByRole('tab', { name: 'Log' }).click();
    expect(await inspector.isVisible()).toBe(false);
    await page.close();
  });

  test('a page that finds no server says so, and begins once there is one', async () => {
    const { page, shown } = await open('/');
    await page.route('**/api/setup', (route) => route.abort());
    await page.reload();
    await soon(() => shown('detail')).toMatch(/does not answer/);
    await page.unroute('**/api/setup');
    await soon(() => page.evaluate(() => window.playground?.client.status)).toBe('open');
    await page.close();
  });

  test('the timeline is told in words too', async () => {
    const { page } = await open('/?baseDelayMs=50');
    await page.getByRole('button', { name: 'Cut ends every stream' }).click();
    const label = () => page.locator('#timeline').getAttribute('aria-label');
    await soon(label).toMatch(/now open; .* 2 attempts, .* 1 faults pressed/);
    await page.getByRole('tab', { name: 'Log' }).click();
    await soon(() => page.locator('#log').innerText()).toMatch(/open[\s\S]*retry[\s\S]*you\s+Cut/);
    await page.close();
  });
});
