import type * as Library from 'pushstream-client';

/** How a page reads numbers. `bare` is a loop around `fetch`, as anyone writes it: what happens to it without a client. */
export interface ReaderSpec {
  /** Under this name the server counts its connections. */
  readonly name: string;
  readonly by: 'client' | 'bare' | 'EventSource';
  readonly query?: Readonly<Record<string, string | number>>;
  readonly options?: Library.EventClientOptions;
  /** Where the client's cursor outlives the page. */
  readonly cursor?: { readonly in: 'session' | 'local'; readonly key: string };
}

/** What a page wrote down. */
export interface Life {
  /** Numbers in the order of their arrival, and when each came, in milliseconds since the epoch. */
  readonly numbers: Record<string, (readonly [number: number, at: number])[]>;
  readonly clients: Record<string, Library.EventClient>;
  /** Codes of the errors of all clients. */
  readonly errors: string[];
  readonly statuses: Library.Status[];
  /** What the browser told the page of its life. */
  readonly moments: string[];
  /** Milliseconds since a timer of 50 ms fired last. */
  sinceTick(): number;
  /** Milliseconds since the epoch, by a clock that nobody sets. */
  now(): number;
  start(spec: ReaderSpec): void;
}

declare global {
  interface Window {
    life?: Life;
  }
}

/** Runs in the page before anything else of it; self-contained, as it travels as text. */
export function live(specs: readonly ReaderSpec[]): void {
  const library = (globalThis as unknown as { PushStream: typeof Library }).PushStream;
  const now = (): number => performance.timeOrigin + performance.now();
  let lastTick = now();
  setInterval(() => {
    lastTick = now();
  }, 50);

  const life: Life = {
    numbers: {},
    clients: {},
    errors: [],
    statuses: [],
    moments: [],
    now,
    sinceTick: () => now() - lastTick,
    start({ name, by, query = {}, options, cursor }) {
      const parameters = Object.entries(query).map(([key, value]) => [key, String(value)]);
      const url = `/numbers?${new URLSearchParams([['name', name], ...parameters]).toString()}`;
      const numbers = (life.numbers[name] ??= []);
      const take = (number: number): void => {
        numbers.push([number, now()]);
        // A page that is loaded again has its own memory of what came: it must not depend on the client's.
        if (cursor) sessionStorage.setItem('numbers', `${sessionStorage.getItem('numbers') ?? ''}${number} `);
      };
      if (by === 'client') {
        const { sessionCursor, localCursor } = library;
        const makeStore = cursor?.in === 'local' ? localCursor : sessionCursor;
        const stored = cursor ? { cursorStore: makeStore(cursor.key) } : {};
        const client = new library.EventClient(url, { ...options, ...stored });
        life.clients[name] = client;
        client.on('message', (number) => take(number as number));
        client.lifecycle.on('error', ({ code }) => life.errors.push(code));
        client.lifecycle.on('status', ({ status }) => life.statuses.push(status));
        client.connect();
      } else if (by === 'EventSource') {
        new EventSource(url).addEventListener('message', ({ data }) => take(Number(data)));
      } else void readBare(url, take);
    },
  };

  async function readBare(url: string, take: (number: number) => void): Promise<void> {
    const { body } = await fetch(url);
    const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      const lines = `${text}${part.value}`.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) if (line.startsWith('data:')) take(Number(line.slice(5)));
    }
  }

  const note = (moment: string): void => void life.moments.push(moment);
  document.addEventListener('visibilitychange', () => note(document.visibilityState));
  document.addEventListener('freeze', () => note('freeze'));
  document.addEventListener('resume', () => note('resume'));
  window.addEventListener('pageshow', ({ persisted }) => note(persisted ? 'restored' : 'loaded'));
  window.addEventListener('pagehide', ({ persisted }) => note(persisted ? 'kept' : 'left'));
  window.life = life;
  for (const spec of specs) life.start(spec);
}
