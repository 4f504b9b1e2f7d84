import { describe, expect, test } from 'vitest';
import { startCluster } from '../../playground/cluster/cluster.ts';
import { hasRedis } from '../../playground/cluster/redis.ts';
import { describeInChromium } from '../support/browser.ts';

const PATIENCE = { timeout: 20_000, interval: 50 };

describe.skipIf(!hasRedis())('with several servers', () => {
  const cluster = (origins: readonly string[]) => startCluster({ origins, heartbeatMs: 500, drainMs: 1_000 });

  describeInChromium('the page', { cluster, simulate: true }, ({ open }) => {
    test('instances are killed, drained and started by its buttons, and nothing is lost', async () => {
      const { page, read, until, shown } = await open('/?baseDelayMs=50');
      const card = (text: RegExp) => page.locator('.instance').filter({ hasText: text });
      await card(/1 stream(?!s)/).waitFor();
      // Of an instance that carries nothing of this page there is nothing to recover from.
      await card(/0 streams/)
        .first()
        .getByRole('button', { name: 'Kill' })
        .click();
      await expect.poll(() => card(/down/).count(), PATIENCE).toBe(1);
      await card(/down/).getByRole('button', { name: 'Start' }).click();
      await card(/starting …/).waitFor();
      await expect.poll(() => card(/up/).count(), PATIENCE).toBe(3);
      expect(await shown('recovery')).toBe('–');
      let opens = 1;
      for (const action of ['Kill', 'Drain']) {
        await card(/1 stream(?!s)/)
          .getByRole('button', { name: action })
          .click();
        opens += 1;
        await until(({ client }, least) => client.status === 'open' && client.snapshot.value.opens >= least, opens);
        await expect.poll(() => shown('recovery-note'), PATIENCE).toMatch(new RegExp(`^${action} server-\\d$`));
        await expect.poll(() => card(/down/).count(), PATIENCE).toBe(1);
        await card(/down/).getByRole('button', { name: 'Start' }).click();
        await expect.poll(() => card(/up/).count(), PATIENCE).toBe(3);
      }
      await expect.poll(() => read(async ({ audit }) => (await audit()).toCome), PATIENCE).toBe(0);
      expect(await read(({ counts }) => counts)).toMatchObject({ lost: 0, duplicated: 0, outOfOrder: 0, skipped: 0 });
      await page.close();
    });

    test('a lost log that a reset told of, within the stream, is not said to be harmless', async () => {
      const { page, shown } = await open('/?baseDelayMs=50');
      await page.locator('[data-fault="restart-empty"]').click();
      await expect.poll(() => shown('resets'), PATIENCE).toBe('1');
      await expect.poll(() => shown('recovery-note'), PATIENCE).toMatch(/^Lose the log(: told by a reset)?$/);
      await page.waitForTimeout(500);
      expect(await shown('recovery')).not.toBe('…');
      await page.close();
    });
  });
});
