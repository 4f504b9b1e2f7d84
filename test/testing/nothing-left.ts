import type { TestClock, TestServer } from '../../packages/client/src/testing/index.ts';
import { expect } from 'vitest';

/** For the end of a test, when everything is disconnected or unmounted. */
export function expectNothingLeft<Events extends object>(clock: TestClock, server: TestServer<Events>): void {
  expect(server.live).toEqual([]); // connections
  expect(clock.pending).toBe(0); // timers
  expect(clock.listeners).toBe(0); // those who listen to the page
}
