import { expect, test } from 'vitest';
import type { FaultName } from '../../playground/contract.ts';
import { elapse } from '../support/until.ts';
import { press } from './support.ts';

/** Sockets, servers and timers of this process. */
const held = (): string[] => process.getActiveResourcesInfo().filter((name) => /^(TCP|Timeout)/.test(name));

test('a playground that is closed holds no socket and no timer, whatever was pressed last', async () => {
  const names: readonly FaultName[] = ['stall', 'slow', 'refuse', 'drain', 'cut-mid-event', 'unavailable'];
  for (const name of names) {
    await using pressed = await press({ simulate: true });
    await Promise.all([pressed.visit(), pressed.visit()]);
    await pressed.burst({ count: 10_000, perSecond: 1_000 });
    await pressed.fault('slow', '?seconds=60');
    await pressed.fault(name, '?seconds=60');
  }
  // Sockets that are destroyed go with the next turns of the event loop.
  for (let turns = 0; turns < 100 && held().length > 0; turns += 1) await elapse(10);
  expect(held()).toEqual([]);
});

test('connections that break leave nothing at the proxy', async () => {
  await using pressed = await press();
  const { proxy } = pressed.playground;
  const visitor = await pressed.visit();
  for (let count = 0; count < 30; count += 1) {
    await pressed.fault(count % 3 === 0 ? 'cut' : count % 3 === 1 ? 'cut-mid-event' : 'refuse', '?seconds=0.01');
    await expect.poll(() => proxy.streams().length, { timeout: 5_000, interval: 5 }).toBe(1);
  }
  expect(proxy.links.size).toBe(1);
  visitor.client.disconnect();
  await expect.poll(() => proxy.links.size).toBe(0);
});
