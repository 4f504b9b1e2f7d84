import { EventClient, type EventClientOptions } from 'pushstream-client';
import { createTestClock, createTestServer, type TestClock, type TestConnection } from 'pushstream-client/testing';
import { defineInspector, type InspectorElement } from 'pushstream-inspector';

/** A client of a server in memory, and an inspector of it in the page. */
export interface Bench {
  readonly client: EventClient;
  readonly clock: TestClock;
  readonly element: InspectorElement;
  /** Connects, and opens what was asked for. */
  open(): Promise<TestConnection>;
  /** The next request. */
  next(): Promise<TestConnection>;
  /** What was sent has been read and shown. */
  shown(): Promise<void>;
}

/** One frame of the client's, one of the inspector's. */
const FRAMES_MS = 32;

export async function bench(options: EventClientOptions = {}, address = 'https://example.test/events'): Promise<Bench> {
  defineInspector();
  const clock = createTestClock();
  const server = createTestServer();
  const client = new EventClient(address, { fetch: server.fetch, environment: clock.environment, ...options });
  const element = document.createElement('pushstream-inspector');
  element.environment = clock.environment;
  element.client = client;
  document.body.replaceChildren(element);
  const shown = async (): Promise<void> => {
    await server.settled();
    await clock.advance(FRAMES_MS);
  };
  await shown();
  return {
    client,
    clock,
    element,
    shown,
    next: () => server.next(),
    async open() {
      client.connect();
      const connection = await server.next();
      connection.open();
      await shown();
      return connection;
    },
  };
}

function root({ shadowRoot }: InspectorElement): ShadowRoot {
  if (!shadowRoot) throw new Error('Expected a shadow root');
  return shadowRoot;
}

/** The first of its parts that a selector names. */
export function part(element: InspectorElement, selector: string): HTMLElement {
  const found = root(element).querySelector<HTMLElement>(selector);
  if (!found) throw new Error(`Expected ${selector}, got nothing`);
  return found;
}

export const text = (element: InspectorElement, selector: string): string => part(element, selector).textContent;

/** A number or word of the head, by its name. */
export function fact(element: InspectorElement, name: string): string {
  const found = [...root(element).querySelectorAll('.fact')].find(
    (one) => one.querySelector('dt')?.textContent === name,
  );
  return found?.querySelector('dd')?.textContent ?? `no ${name}`;
}

const cell = (row: Element, name: string): string => row.querySelector(`.${name}`)?.textContent ?? '';

/** The rows in sight: name, id, mark and text. */
export const rows = (element: InspectorElement): readonly (readonly string[])[] =>
  visible(element).map((row) => ['name', 'id', 'mark', 'text'].map((name) => cell(row, name)));

/** One column of the rows in sight. */
export const column = (element: InspectorElement, name: string): readonly string[] =>
  visible(element).map((row) => cell(row, name));

export const visible = (element: InspectorElement): readonly HTMLElement[] =>
  [...root(element).querySelectorAll<HTMLElement>('[role=option]')].filter(
    (row) => !row.hidden && !part(element, '.list').hidden,
  );

/** Presses the button whose words begin so. */
export function press(element: InspectorElement, label: string): void {
  const buttons = [...root(element).querySelectorAll('button')];
  const found = buttons.find((one) => one.textContent.startsWith(label) && !one.hidden);
  if (!found) throw new Error(`Expected a button "${label}", got ${buttons.map((one) => one.textContent).join(', ')}`);
  found.click();
}

/** Types into the filter. */
export function filter(element: InspectorElement, typed: string): void {
  const field = part(element, 'input') as HTMLInputElement;
  field.value = typed;
  field.dispatchEvent(new Event('input'));
}

export function key(target: HTMLElement, name: string): void {
  target.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true }));
}
