import type { Environment, Page } from './environment.ts';

/** Frames stop in hidden pages: after this long a timer stands in. */
const FRAME_TIMEOUT_MS = 100;

declare const process: { readonly env: Readonly<Record<string, string | undefined>> };

interface HostGlobals {
  requestAnimationFrame?: (callback: () => void) => number;
  cancelAnimationFrame?: (handle: number) => void;
  setImmediate?: (callback: () => void) => void;
  reportError?: (error: unknown) => void;
  document?: Partial<EventTarget> & { baseURI: string; visibilityState: string };
  location?: { href: string };
  importScripts?: unknown;
  navigator?: { product?: string };
}

const host: HostGlobals & typeof globalThis = globalThis;

function setTimer(callback: () => void, delayMs: number): () => void {
  const handle = setTimeout(callback, delayMs);
  return () => clearTimeout(handle);
}

function requestFrame(callback: () => void): () => void {
  if (!host.requestAnimationFrame) return setTimer(callback, 0);
  const cancelTimer = setTimer(run, FRAME_TIMEOUT_MS);
  // A host that is a mock may call back at once.
  let frame = 0;
  function cancel(): void {
    host.cancelAnimationFrame?.(frame);
    cancelTimer();
  }
  function run(): void {
    cancel();
    callback();
  }
  frame = host.requestAnimationFrame(run);
  return cancel;
}

/** Not a timer: browsers slow those down, to one a second in hidden pages. */
function yieldToHost(): Promise<void> {
  return new Promise((resolve) => {
    if (host.setImmediate) {
      host.setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** Which of the two tells what: the document of its sight and sleep, the window or worker of all else. */
const page: Page = {
  listen(type, listener) {
    const target = type === 'visibilitychange' || type === 'resume' ? host.document : host;
    target?.addEventListener?.(type, listener as EventListener);
    return () => target?.removeEventListener?.(type, listener as EventListener);
  },
  isHidden: () => host.document?.visibilityState === 'hidden',
};

/** The host's own, looked up at each call: a page or a test may replace a global at any time. */
export const hostEnvironment: Environment = {
  now: () => Date.now(),
  monotonicNow: () => performance.now(),
  random: () => Math.random(),
  setTimer,
  requestFrame,
  yieldToHost,
  // Only a page survives the other: Deno and Bun have it too, and end the process.
  reportError: (error) => ((isBrowser() && host.reportError) || console.error)(error),
  warn: (message) => console.warn(message),
  baseUrl: () => (host.document ? host.document.baseURI : host.location?.href),
  page,
};

/** A page, or a worker of one: they do not show where a redirect leads. Every worker there has `importScripts`, no server's has. */
export const isBrowser = (): boolean => Boolean(host.document ?? host.importScripts);

/** Where a module lives longer than a user stays. An app of React Native has neither page nor worker. */
export const isServer = (): boolean => !isBrowser() && host.navigator?.product !== 'ReactNative';

/** What bundlers and servers say of themselves; where nobody says anything there is nobody to be warned. */
export function isDevelopment(): boolean {
  try {
    return process.env['NODE_ENV'] !== 'production';
  } catch {
    return false;
  }
}

/** Of a page; whoever asks is ready for a throw: a browser may forbid even to look. */
export const hostStorage = (name: 'sessionStorage' | 'localStorage'): Storage | undefined =>
  (globalThis as Partial<Record<typeof name, Storage | null>>)[name] ?? undefined;

/** The host's `fetch`, looked up at each call. */
export const hostFetch = (url: string, init: RequestInit): Promise<Response> => fetch(url, init);
