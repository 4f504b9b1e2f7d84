import { createTestClock, createTestServer, type TestClock, type TestServer } from 'pushstream-client/testing';
import { type Component, flushSync, mount, tick, unmount } from 'svelte';
import { fromStore, writable } from 'svelte/store';
import type { Tasks } from '../driver.ts';

let worlds = 0;

interface World {
  readonly clock: TestClock;
  readonly server: TestServer<Tasks>;
  readonly url: string;
  readonly client: { readonly fetch: typeof fetch; readonly environment: TestClock['environment'] };
  /** Time passes, promises settle, effects run. */
  pass(ms?: number): Promise<void>;
}

/** A network in memory, a clock in the test's hand, a URL of its own. */
export function world(): World {
  worlds += 1;
  const clock = createTestClock();
  const server = createTestServer<Tasks>();
  return {
    clock,
    server,
    client: { fetch: server.fetch, environment: clock.environment },
    url: `https://server.test/svelte/own/${worlds}`,
    async pass(ms = 16) {
      await clock.advance(ms);
      await server.settled();
      await clock.advance(16);
      await tick();
    },
  };
}

export const progress = (percentage: number) => ({
  type: 'task.progress' as const,
  data: { taskId: 'a', percentage },
  id: String(percentage),
});

export interface Mounted {
  readonly target: HTMLElement;
  readonly text: string;
  update(changes: Readonly<Record<string, unknown>>): Promise<void>;
  unmount(): Promise<void>;
}

/** What shows a component: `mount`, or `hydrate`. */
type Show = (
  component: Component<Record<string, unknown>>,
  options: { target: Element; props: Record<string, unknown> },
) => Record<string, unknown>;

/** Shows a component of props that follow a parent's state. */
export function show(
  component: unknown,
  initial: Readonly<Record<string, unknown>>,
  how: Show = mount,
  html = '',
): Mounted {
  const target = document.body.appendChild(document.createElement('div'));
  target.innerHTML = html;
  const given = writable(initial);
  const current = fromStore(given);
  const props = Object.defineProperties(
    {},
    Object.fromEntries(
      Object.keys(initial).map((name) => [name, { enumerable: true, get: () => current.current[name] }]),
    ),
  );
  const shown = how(component as Component<Record<string, unknown>>, { target, props });
  flushSync();
  return {
    target,
    get text() {
      return target.textContent?.trim().replaceAll(/\s+/g, ' ') ?? '';
    },
    async update(changes) {
      given.update((before) => ({ ...before, ...changes }));
      await tick();
    },
    async unmount() {
      await unmount(shown);
      target.remove();
    },
  };
}
