import type { Environment } from './environment.ts';

/** Letters, digits, `-` and `_`: safe in ids, headers and URLs. */
function token(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(15));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_');
}

/** The longest that a host waits; longer is at once. */
const MAX_MS = 2_147_483_647;

/** The host's own, looked up at each call: a test may replace a global at any time. */
export const hostEnvironment: Environment = {
  now: () => Date.now(),
  monotonicNow: () => performance.now(),
  random: () => Math.random(),
  token,
  setTimer(callback, delayMs) {
    // Hosts count whole milliseconds from the last one: who is woken early by the clock above would wait for good.
    const handle = setTimeout(callback, Math.min(Math.ceil(delayMs) + 1, MAX_MS));
    // Some hosts' handles are numbers.
    (handle as Partial<NodeJS.Timeout>).unref?.();
    return () => clearTimeout(handle);
  },
  soon(callback) {
    setImmediate(callback);
  },
  reportError: (error, where) => console.error(`pushstream-server: ${where}:`, error),
};
