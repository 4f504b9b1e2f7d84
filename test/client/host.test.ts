import { afterEach, expect, test, vi } from 'vitest';
import { hostEnvironment, isBrowser, isServer } from '../../packages/client/src/host.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('a frame that never comes, in a hidden page, is replaced by a timer', () => {
  vi.useFakeTimers();
  vi.stubGlobal('requestAnimationFrame', () => 1);
  vi.stubGlobal('cancelAnimationFrame', () => {});
  const callback = vi.fn();
  hostEnvironment.requestFrame(callback);
  vi.advanceTimersByTime(200);
  expect(callback).toHaveBeenCalledTimes(1);
});

test('a frame that comes leaves no timer; one that is cancelled leaves nothing', () => {
  vi.useFakeTimers();
  let frame = (): void => {};
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => {
    frame = run;
    return 1;
  });
  vi.stubGlobal('cancelAnimationFrame', () => {});
  const callback = vi.fn();
  hostEnvironment.requestFrame(callback);
  frame();
  expect(callback).toHaveBeenCalledTimes(1);
  expect(vi.getTimerCount()).toBe(0);
  hostEnvironment.requestFrame(callback)();
  expect(vi.getTimerCount()).toBe(0);
});

test('a mock that calls back at once is a frame too', () => {
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => {
    run();
    return 1;
  });
  vi.stubGlobal('cancelAnimationFrame', () => {});
  const callback = vi.fn();
  hostEnvironment.requestFrame(callback);
  expect(callback).toHaveBeenCalledTimes(1);
});

test('the host has its turn without setImmediate too', async () => {
  vi.stubGlobal('setImmediate', undefined);
  await hostEnvironment.yieldToHost();
});

test('a page and every worker of one is a browser; a server that has workers, or an edge, is none', () => {
  expect(isBrowser()).toBe(false);
  // As in a worker of Deno.
  vi.stubGlobal('WorkerGlobalScope', () => {});
  vi.stubGlobal('location', { href: 'file:///worker.js' });
  expect(isBrowser()).toBe(false);
  vi.stubGlobal('importScripts', () => {});
  expect(isBrowser()).toBe(true);
  vi.stubGlobal('importScripts', undefined);
  vi.stubGlobal('document', {});
  expect(isBrowser()).toBe(true);
});

test('an app of React Native is no server: what is shared there is shared by one user', () => {
  expect(isServer()).toBe(true);
  vi.stubGlobal('navigator', { product: 'ReactNative' });
  expect(isServer()).toBe(false);
});
