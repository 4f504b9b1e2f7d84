import { expect, test } from 'vitest';
import { describeInChromium } from '../support/browser.ts';

describeInChromium('what the page shows', { simulate: false, capacity: 500 }, ({ open, fault, burst, ledger }) => {
  test.each([
    ['ESM', '/'],
    ['UMD', '/umd.html'],
  ])('%s: snapshot and counters agree with the ledger', async (_name, path) => {
    const { page, read, until, shown } = await open(`${path}?baseDelayMs=50`);
    const baseline = await read((playground) => playground.baseline);
    await burst({ count: 123 });
    await until(({ delivered }) => delivered.length === 123);
    await fault('cut');
    await burst({ count: 77 });
    await until(({ delivered }) => delivered.length === 200);

    const { ids } = await ledger(baseline);
    await expect.poll(() => shown('published')).toBe(String(ids.length));
    await expect.poll(() => shown('last-event-id')).toBe(ids.at(-1));
    await expect.poll(() => shown('status-word')).toBe('Connected');
    expect(await shown('delivered')).toBe('200');
    expect(await shown('lost')).toBe('0');
    expect(await shown('duplicated')).toBe('0');
    await expect.poll(() => shown('reconnects')).toBe('1');
    expect(await read(({ client }) => client.snapshot.value)).toMatchObject({ status: 'open', opens: 2, retry: null });
    await page.close();
  });

  test('what is published during a pause is shown as still to come, and comes', async () => {
    const { page, shown } = await open('/');
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await expect.poll(() => shown('status-word')).toBe('Paused');
    await burst({ count: 30 });
    await expect.poll(() => shown('on-the-way'), { timeout: 5_000 }).toBe('30 to come');
    expect(await shown('delivered')).toBe('0');
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await expect.poll(() => shown('delivered')).toBe('30');
    expect(await shown('lost')).toBe('0');
    await page.close();
  });

  test('what the server has trimmed is shown as skipped by a reset that said so, not as lost', async () => {
    const { page, read, until, shown } = await open('/');
    await read(({ client }) => client.pause());
    for (let bursts = 0; bursts < 3; bursts += 1) await burst({ count: 200 });
    await read(({ client }) => client.resume());
    await until(({ client }) => client.status === 'open');
    await burst({ count: 10 });
    await until(({ delivered }) => delivered.length === 10);
    await expect.poll(() => shown('reset-note')).toBe('600 skipped, told: trimmed');
    await expect.poll(() => shown('published')).toBe('610');
    expect(await shown('lost')).toBe('0');
    await expect.poll(() => shown('log')).toMatch(/reset.*trimmed/);
    await page.close();
  });

  test('nothing moves while the connection breaks and comes back, and nothing is wider than the window', async () => {
    const { page, until, shown } = await open('/?baseDelayMs=50');
    for (const width of [390, 768, 1_280]) {
      await page.setViewportSize({ width, height: 900 });
      await page.reload();
      await until(({ client }) => client.status === 'open');
      await burst({ count: 50 });
      await fault('cut-mid-event');
      await until(({ client }) => client.snapshot.value.opens === 2);
      await burst({ count: 50 });
      await expect.poll(() => shown('delivered')).toBe('101');
      const { shift, overflow } = await page.evaluate(async () => {
        const observer = new PerformanceObserver(() => {});
        observer.observe({ type: 'layout-shift', buffered: true });
        await new Promise((resolve) => requestAnimationFrame(resolve));
        const shifts = observer.takeRecords() as unknown as { value: number }[];
        return {
          shift: shifts.reduce((sum, { value }) => sum + value, 0),
          overflow: document.documentElement.scrollWidth - innerWidth,
        };
      });
      expect({ width, shift: shift < 0.01 ? 0 : shift, overflow: Math.max(0, overflow) }).toEqual({
        width,
        shift: 0,
        overflow: 0,
      });
    }
    await page.close();
  });

  test('every control is reached and pressed by the keyboard', async () => {
    const { page, shown } = await open('/?baseDelayMs=50');
    const wanted = await page.evaluate(() => {
      const controls = document.querySelectorAll<HTMLElement>('a[href], button, input, textarea, pre[tabindex]');
      // Of the tabs the chosen one is reached by Tab, the others by arrows.
      const isReached = (element: HTMLElement) =>
        element.checkVisibility() && element.tabIndex >= 0 && !element.matches(':disabled');
      return Array.from(controls).filter(isReached).length;
    });
    expect(wanted).toBeGreaterThan(25);
    const reached = new Set<string>();
    for (let presses = 0; presses < wanted; presses += 1) {
      await page.keyboard.press('Tab');
      const { name, outline } = await page.evaluate(() => {
        const { activeElement: element } = document;
        const found = [...document.querySelectorAll('*')].indexOf(element ?? document.body);
        return {
          name: `${found} ${element?.textContent}`,
          outline: element ? getComputedStyle(element).outlineStyle : '',
        };
      });
      expect({ name, outline }).toEqual({ name, outline: 'solid' });
      reached.add(name.replace(/ .*/s, ''));
      if (name.endsWith(' Cutends every stream')) await page.keyboard.press('Enter');
    }
    expect(reached.size).toBe(wanted);
    await expect.poll(() => shown('reconnects'), { timeout: 5_000 }).toBe('1');

    await page.locator('#storm-tab').focus();
    const chosen: string[] = [];
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowLeft', 'End', 'ArrowRight', 'Home']) {
      await page.keyboard.press(key);
      chosen.push((await page.locator('[role=tabpanel]:visible').getAttribute('aria-labelledby')) ?? '');
    }
    expect(chosen).toEqual(['publish-tab', 'filter-tab', 'publish-tab', 'log-tab', 'storm-tab', 'storm-tab']);
    await page.close();
  });
});
