import type { StreamUrl } from 'pushstream-client/binding';
import { createTestClock, createTestServer, type TestClock, type TestServer } from 'pushstream-client/testing';
import { Component, type ReactNode, startTransition } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import type { Tasks } from '../driver.ts';
import { settle } from '../drivers/react.tsx';

export { settle };

/** What a test mounted is unmounted behind it, and React had nothing to say. */
const mounted = new Set<() => void>();
const said = vi.spyOn(console, 'error').mockImplementation(() => {});
beforeEach(() => void said.mockClear());
afterEach(async () => {
  for (const unmount of mounted) unmount();
  await settle();
  expect(said.mock.calls).toEqual([]);
});

/** What React had to say; it is not complained about twice. */
export function heard(): readonly string[] {
  const calls = said.mock.calls.map((call) => call.map(String).join(' '));
  said.mockClear();
  return calls;
}

let worlds = 0;

export interface World {
  readonly clock: TestClock;
  readonly server: TestServer<Tasks>;
  readonly url: StreamUrl<Tasks>;
  /** Options of the client: an in-memory network, a clock in the test's hand. */
  readonly client: { readonly fetch: typeof fetch; readonly environment: TestClock['environment'] };
  /** Time passes, promises settle, React follows. */
  pass(ms?: number): Promise<void>;
}

export function world(): World {
  worlds += 1;
  const clock = createTestClock();
  const server = createTestServer<Tasks>();
  return {
    clock,
    server,
    url: `https://server.test/react-own/${worlds}`,
    client: { fetch: server.fetch, environment: clock.environment },
    async pass(ms = 16) {
      await clock.advance(ms);
      await server.settled();
      await clock.advance(16);
      await settle();
    },
  };
}

export const progress = (percentage: number) => ({
  type: 'task.progress' as const,
  data: { taskId: 'a', percentage },
  id: String(percentage),
});

export interface Mounted {
  readonly text: string;
  /** React shows again what was suspended when it thinks fit. */
  shows(text: string | RegExp): Promise<void>;
  update(node: ReactNode): Promise<void>;
  /** The same, as what may be interrupted and given up. */
  transition(node: ReactNode): Promise<void>;
  unmount(): Promise<void>;
}

export async function mount(node: ReactNode): Promise<Mounted> {
  const container = document.body.appendChild(document.createElement('div'));
  const root = createRoot(container);
  function end(): void {
    root.unmount();
    container.remove();
    mounted.delete(end);
  }
  mounted.add(end);
  async function update(next: ReactNode): Promise<void> {
    flushSync(() => root.render(next));
    await settle();
  }
  await update(node);
  const shown = (): string => {
    // What is suspended again stays in the document, out of sight.
    const seen = [...container.childNodes].filter(
      (child) => !(child instanceof HTMLElement) || child.style.display !== 'none',
    );
    return seen.map(({ textContent }) => textContent).join('');
  };
  return {
    get text() {
      return shown();
    },
    shows: (text) =>
      vi.waitFor(() => expect(shown()).toEqual(text instanceof RegExp ? expect.stringMatching(text) : text)),
    update,
    async transition(next) {
      startTransition(() => root.render(next));
      await settle();
      await settle();
    },
    async unmount() {
      end();
      await settle();
    },
  };
}

interface BoundaryProps {
  readonly children: ReactNode;
}

/** Shows the message of what its children throw. */
export class Boundary extends Component<BoundaryProps, { readonly error?: Error }> {
  override readonly state: { readonly error?: Error } = {};
  static getDerivedStateFromError(error: Error): { readonly error: Error } {
    return { error };
  }
  override render(): ReactNode {
    return this.state.error ? `error: ${this.state.error.message}` : this.props.children;
  }
}
