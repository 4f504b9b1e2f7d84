import type { InspectorEnvironment } from './environment.ts';

/** The host's own, looked up at each call. */
export const hostEnvironment: InspectorEnvironment = {
  now: () => Date.now(),
  setTimer(callback, delayMs) {
    const handle = setTimeout(callback, delayMs);
    return () => clearTimeout(handle);
  },
  // None in a hidden page: nobody sees it.
  requestFrame(callback) {
    const handle = requestAnimationFrame(callback);
    return () => cancelAnimationFrame(handle);
  },
};

/** The page. */
export const hostDocument = (): Document => document;

/** The page's elements; `undefined` on a server. */
export const hostRegistry = (): CustomElementRegistry | undefined =>
  (globalThis as { customElements?: CustomElementRegistry }).customElements;
