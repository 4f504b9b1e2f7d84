import { fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fetchEventSource } from '@microsoft/fetch-event-source';
import { EventSource } from 'eventsource';
import { createEventSource } from 'eventsource-client';
import { createParser } from 'eventsource-parser';

/** An event as somebody else's reader hands it out. */
export interface ForeignEvent {
  readonly type: string;
  readonly data: string;
}

/** A reader that knows nothing of us. */
export interface ForeignReader {
  readonly name: string;
  /** What a block with an id and no data is to it. The standard moves the cursor and dispatches nothing. */
  readonly bareId: 'cursor' | 'nothing' | 'an empty event';
  /** Reads, and comes back by itself, until it is closed. */
  open(url: string, types: readonly string[], take: (event: ForeignEvent) => void): () => void;
}

/** The raw text, in a client of twenty lines: it comes back at once. */
function rawReader(url: string, take: (event: ForeignEvent) => void): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  let cursor = '';
  const parser = createParser({
    onEvent({ event, data, id }) {
      cursor = id ?? cursor;
      take({ type: event ?? 'message', data });
    },
  });
  async function run(): Promise<void> {
    const { body } = await fetch(url, { headers: cursor ? { 'last-event-id': cursor } : {}, signal });
    parser.reset();
    for await (const text of body?.pipeThrough(new TextDecoderStream()) ?? []) parser.feed(text);
  }
  void (async () => {
    while (!signal.aborted) await run().catch(() => {});
  })();
  return () => controller.abort();
}

function nodeReader(url: string, types: readonly string[], take: (event: ForeignEvent) => void): () => void {
  const child = fork(new URL('node-event-source.mjs', import.meta.url), [url, ...types], {
    execArgv: ['--experimental-eventsource', '--no-warnings'],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  if (child.stdout) createInterface(child.stdout).on('line', (line) => take(JSON.parse(line) as ForeignEvent));
  return () => void child.kill();
}

export const readers: readonly ForeignReader[] = [
  {
    name: 'npm eventsource',
    bareId: 'cursor',
    open(url, types, take) {
      const source = new EventSource(url);
      for (const type of types) source.addEventListener(type, ({ data }) => take({ type, data: String(data) }));
      return () => source.close();
    },
  },
  {
    name: 'eventsource-client',
    bareId: 'nothing',
    open(url, _types, take) {
      const source = createEventSource({
        url,
        onMessage: ({ event = 'message', data }) => take({ type: event, data }),
      });
      return () => source.close();
    },
  },
  {
    name: '@microsoft/fetch-event-source',
    bareId: 'an empty event',
    open(url, _types, take) {
      const controller = new AbortController();
      void fetchEventSource(url, {
        signal: controller.signal,
        openWhenHidden: true,
        // It calls the end of a response the end of everything, unless somebody throws.
        onclose() {
          throw new Error('again');
        },
        onmessage: ({ event, data }) => take({ type: event || 'message', data }),
        onerror: () => 50,
      });
      return () => controller.abort();
    },
  },
  { name: 'eventsource-parser', bareId: 'nothing', open: (url, _types, take) => rawReader(url, take) },
  { name: "Node's own EventSource", bareId: 'cursor', open: nodeReader },
];
