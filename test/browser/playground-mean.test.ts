import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeInChromium } from '../support/browser.ts';

/** Polls longer than by default: the machine may have other work. */
const soon = <Value>(read: () => Value | Promise<Value>) => expect.poll(read, { timeout: 20_000, interval: 25 });

const press = (page: Page, fault: string): Promise<void> => page.locator(`[data-fault="${fault}"]`).click();
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

describeInChromium('a visitor who presses in mean orders', { simulate: true }, ({ open, fault }) => {
  test('a break is not called none because something harmless was pressed after what broke it', async () => {
    const { page, shown } = await open('/?heartbeatMs=200&baseDelayMs=50');
    await press(page, 'stall');
    await press(page, 'slow');
    await soon(() => shown('recovery-note')).toBe('Stall');
    await page.evaluate(() => fetch('/api/faults', { method: 'DELETE' }));
    await soon(() => shown('recovery')).toMatch(/^\d+\.\d s$/);
    await page.evaluate(() => fetch('/api/burst', { method: 'POST', body: '{"count":20}' }));
    await page.waitForTimeout(1_500);
    expect(await shown('recovery')).toMatch(/^\d+\.\d s$/);
    await page.close();
  });

  test('a break that two faults may have made is not put on the later one', async () => {
    const { page, shown } = await open('/?heartbeatMs=200&baseDelayMs=50');
    await press(page, 'stall');
    await press(page, 'restart');
    await soon(() => shown('recovery')).toMatch(/^\d+\.\d s$/);
    expect(await shown('recovery-note')).toBe('Stall, Restart');
    await page.close();
  });

  test('what another tab broke is measured too, and not said to be nothing', async () => {
    const { page, shown } = await open('/?baseDelayMs=50');
    await fault('cut');
    await soon(() => shown('recovery')).toMatch(/^\d+\.\d s$/);
    expect(await shown('recovery-note')).toBe('not pressed here');
    await page.close();
  });

  test('a page that is paused is not said to have survived what was pressed meanwhile', async () => {
    const { page, shown } = await open('/?baseDelayMs=50');
    await button(page, 'Pause').click();
    await soon(() => shown('status-word')).toBe('Paused');
    await press(page, 'cut');
    await soon(() => shown('recovery-note')).toBe('Cut: no stream to break');
    expect(await shown('recovery')).toBe('–');
    await button(page, 'Resume').click();
    await soon(() => shown('status-word')).toBe('Connected');
    await page.waitForTimeout(4_500);
    expect(await shown('recovery-note')).toBe('Cut: no stream to break');
    await page.close();
  });

  test('a stream that is asked for while it is refused is measured until it opens', async () => {
    const { page, shown } = await open('/?baseDelayMs=50');
    await button(page, 'Disconnect').click();
    await press(page, 'refuse');
    await button(page, 'Connect').click();
    await soon(() => shown('recovery')).toBe('…');
    await soon(() => shown('recovery')).toMatch(/^\d+\.\d s$/);
    expect(await shown('recovery-note')).toBe('Refuse');
    await page.close();
  });

  test('what one reset skipped is not added to what another is said to have', async () => {
    const { page, shown } = await open('/?baseDelayMs=50');
    await press(page, 'trim');
    await soon(() => shown('reset-note')).toMatch(/^\d+ skipped, told: trimmed$/);
    await press(page, 'restart-empty');
    await soon(() => shown('reset-note')).toMatch(/^\d+ skipped, told: trimmed, epoch$/);
    await page.close();
  });

  test('no button is offered that does nothing: reconnect while paused', async () => {
    const { page, shown } = await open('/?baseDelayMs=50');
    await button(page, 'Pause').click();
    await soon(() => shown('status-word')).toBe('Paused');
    expect(await button(page, 'Reconnect').isDisabled()).toBe(true);
    await button(page, 'Resume').click();
    await soon(() => button(page, 'Reconnect').isEnabled()).toBe(true);
    await page.close();
  });

  test('resume resumes what the inspector has paused', async () => {
    const { page, shown } = await open('/?baseDelayMs=50');
    await page.locator('#inspector-tab').click();
    await button(page, 'Pause stream').click();
    await soon(() => shown('status-word')).toBe('Paused');
    await button(page, 'Resume').click();
    await soon(() => shown('status-word')).toBe('Connected');
    await soon(() => button(page, 'Pause stream').count()).toBe(1);
    await page.close();
  });

  test('what the inspector disconnects is not said to be killed by the server', async () => {
    const { page, shown } = await open('/');
    await page.locator('#inspector-tab').click();
    await page.locator('pushstream-inspector').getByRole('button', { name: 'Disconnect' }).click();
    await soon(() => shown('status-word')).toBe('Disconnected');
    await button(page, 'Pause stream').click();
    await button(page, 'Resume stream').click();
    expect(await shown('status-word')).toBe('Disconnected');
    await page.locator('#close').click();
    await soon(() => shown('status-word')).toBe('Connected');
    await page.close();
  });

  test('what tells one id from another is not cut off in the inspector', async () => {
    const { page, read } = await open('/');
    await page.setViewportSize({ width: 1_280, height: 900 });
    await page.locator('#inspector-tab').click();
    const id = page.locator('pushstream-inspector [role="option"] .id', { hasText: /\.\d+$/ }).first();
    await id.waitFor();
    expect(await id.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0);
    expect(await read(({ client }) => client.lastEventId.length)).toBeGreaterThan(20);
    await page.close();
  });

  test('a filter that was stopped does not go on saying that it is open', async () => {
    const { page, shown } = await open('/');
    await page.locator('#filter-tab').click();
    await button(page, 'Watch').click();
    await soon(() => shown('filter-state')).toMatch(/^open · [1-9]/);
    await button(page, 'Stop').click();
    await soon(() => shown('filter-state')).toMatch(/^stopped · [1-9]\d* events?$/);
    await page.close();
  });

  test('a filter that the server refuses says why, and can be pressed again', async () => {
    const { page, shown } = await open('/');
    await page.locator('#filter-tab').click();
    await page.fill('#filter-type', 'task..*');
    await button(page, 'Watch').click();
    await soon(() => shown('filter-state')).toMatch(/^type: expected .*"task\.\.\*"/);
    await soon(() => button(page, 'Watch').count()).toBe(1);
    await page.close();
  });

  test('a server that does not answer is not said to be a fault of the data', async () => {
    const { page, shown } = await open('/');
    await page.route('**/hub/publish/*', (route) =>
      route.fulfill({ status: 503, json: { status: 503, detail: 'Expected a server that answers, got none' } }),
    );
    await page.locator('#publish-tab').click();
    await button(page, 'Publish').click();
    await soon(() => shown('publish-result')).toBe('Expected a server that answers, got none');
    expect(await shown('publish-data-error')).toBe('');
    expect(await page.locator('#publish-data').getAttribute('aria-invalid')).toBe('false');
    await page.close();
  });

  test.each([
    ['/', 1_280],
    ['/', 768],
    ['/', 320],
    ['/umd.html', 320],
  ])('nothing is cut off: %s at %d pixels', async (path, width) => {
    const { page } = await open(path);
    await page.setViewportSize({ width, height: 900 });
    const millions = '1,234,567';
    const cut = await page.evaluate((number) => {
      for (const element of document.querySelectorAll('#published, #delivered')) element.textContent = number;
      const all = document.querySelectorAll(
        '#why, button:not(.tabs *), .counters dt, .counters dd, .verdicts dt, .links a',
      );
      return Array.from(all)
        .filter((one) => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 6)
        .map((one) => `${one.id} ${one.textContent}`);
    }, millions);
    expect(cut).toEqual([]);
    expect(await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth))).toBe(0);
    await page.close();
  });

  test('a storm is not sent to a stream that is not there', async () => {
    const { page, shown } = await open('/');
    await button(page, 'Pause').click();
    await soon(() => shown('status-word')).toBe('Paused');
    await button(page, 'Send 10,000 events').click();
    await soon(() => shown('storm-state')).toBe('This page is paused: a storm needs its stream');
    expect(await button(page, 'Send 10,000 events').isEnabled()).toBe(true);
    await page.close();
  });

  test('the button that kills a session stays where it is while other sessions tell that they live', async () => {
    const first = await open('/');
    const second = await open('/');
    await second.page.locator('#sessions-tab').click();
    const sessions = () => second.page.locator('#session-rows tr:not(.empty) th').allTextContents();
    await soon(async () => (await sessions()).length).toBeGreaterThan(1);
    const before = await sessions();
    expect(before[0]).toContain('(this page)');
    // Each tells it every five seconds; the first of them by now, the second not.
    const other = before.find((name) => !name.includes('this page')) ?? '';
    for (const name of [other, before[0]?.replace(' (this page)', '')]) {
      await second.page.evaluate(
        (session) =>
          fetch('/hub/pulse', {
            method: 'POST',
            body: JSON.stringify({ session }),
            headers: { 'content-type': 'application/json' },
          }),
        name,
      );
      await second.page.waitForTimeout(1_500);
      expect(await sessions()).toEqual(before);
    }
    await first.page.close();
    await second.page.close();
  });
});
