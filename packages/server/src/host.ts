import type { Environment } from './environment.ts';

/** Letters, digits, `-` and `_`: safe in ids, headers and URLs. */
function token(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(15));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_');
}

/** The host's own, looked up at each call: a test may replace a global at any time. */
export const hostEnvironment: Environment = {
  now: () => Date.now(),
  monotonicNow: () => performance.now(),
  random: () => Math.random(),
  token,
  setTimer(callback, delayMs) {
    const handle = setTimeout(callback, delayMs);
    // Some hosts' handles are numbers.
    (handle as Partial<NodeJS.Timeout>).unref?.();
    return () => clearTimeout(handle);
  },
  soon(callback) {
    setImmediate(callback);
  },
  reportError: (error, where) => console.error(`pushstream-server: ${where}:`, error),
};
