import type { InspectorEnvironment } from './environment.ts';
import { hostEnvironment } from './host.ts';
import type { InspectedClient } from './recorder.ts';
import { createSession } from './session.ts';

/** The element's name. */
export const TAG = 'pushstream-inspector';

const DEFAULT_LIMIT = 500;
const MAX_LIMIT = 10_000;

/**
 * An element that shows a client: how it is, and what happens in it while the element is in a page
 * and not `hidden`. Attributes: `controls`, `limit`, `theme` (`light` or `dark`).
 */
export interface InspectorElement extends HTMLElement {
  /**
   * Whom it shows; `null`: nobody. May be set at any time; another client begins with empty logs.
   *
   * @default null
   * @throws {TypeError} For what is no client.
   */
  client: InspectedClient | null;
  /** How many entries each log keeps, from 1 to 10,000; also an attribute. @default 500 */
  limit: number;
  /** Its clock, timers and frames. @default the page's own */
  environment: InspectorEnvironment;
}

declare global {
  interface HTMLElementTagNameMap {
    'pushstream-inspector': InspectorElement;
  }
}

/** As attributes are read: what is no such number is the default. */
function readLimit(text: string | null): number {
  const limit = Number(text);
  return Number.isInteger(limit) && limit > 0 ? Math.min(limit, MAX_LIMIT) : DEFAULT_LIMIT;
}

function checkClient(client: InspectedClient | null): InspectedClient | null {
  // Frameworks set `undefined` for nothing.
  if (client === null || client === undefined) return null;
  if (typeof client.inspect === 'function') return client;
  throw new TypeError(`client: expected an EventClient or null, got ${typeof client}`);
}

/** Made on demand: on a server there is nothing to extend. */
export function createElementClass(): CustomElementConstructor {
  return class extends HTMLElement implements InspectorElement {
    static readonly observedAttributes: readonly string[] = ['controls', 'hidden', 'limit'];

    readonly #session = createSession(this, hostEnvironment, DEFAULT_LIMIT);

    constructor() {
      super();
      // What was set before the element was defined stands in the way of the accessor.
      for (const name of ['client', 'environment', 'limit']) {
        const set = Object.getOwnPropertyDescriptor(this, name);
        if (set && Reflect.deleteProperty(this, name)) Reflect.set(this, name, set.value);
      }
    }

    get client(): InspectedClient | null {
      return this.#session.client;
    }

    set client(client: InspectedClient | null) {
      this.#session.show(checkClient(client));
    }

    get environment(): InspectorEnvironment {
      return this.#session.environment;
    }

    set environment(environment: InspectorEnvironment) {
      this.#session.use(environment);
    }

    get limit(): number {
      return readLimit(this.getAttribute('limit'));
    }

    set limit(limit: number) {
      this.setAttribute('limit', String(limit));
    }

    connectedCallback(): void {
      this.#session.look(this.isConnected && !this.hidden);
    }

    disconnectedCallback(): void {
      this.#session.look(false);
    }

    attributeChangedCallback(name: string): void {
      if (name === 'limit') this.#session.keep(this.limit);
      else if (name === 'hidden') this.connectedCallback();
      else this.#session.changed();
    }
  };
}
