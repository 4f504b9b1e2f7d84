import { effect } from '@preact/signals-core';
import { EventClient } from 'pushstream-client';

import { createUtf8Decoder } from '../../packages/client/src/transport/decode-utf8.ts';
import {
  barePeer,
  eventClient,
  eventSource,
  eventsourceClient,
  fetchEventSource2,
  npmEventSource,
  readBody,
  TYPE,
  untilLast,
  weigh,
} from '../support/readers.ts';
import type { Progress, Read } from '../support/readers.ts';
import { watch } from './main-thread.ts';
import type { Reading } from './main-thread.ts';
import { BARE_PEER, BOUND, EVENTS, NATIVE, NPM, OURS, STRAINED } from './names.ts';
import { workFor } from './work.ts';

const LISTENER_US = 20;
const HEAD = `event: ${TYPE}\ndata: `;

declare global {
  interface Window {
    /** Of a page of `bench:browser`. */
    bench: { run(name: string, url: string): Promise<Reading> };
  }
}

/** The least that reads this stream, and no other: no ids, no other line ends, no events of two lines. */
async function bound(url: string): Promise<number> {
  const decoder = createUtf8Decoder();
  let rest = '';
  let sum = 0;
  await readBody(url, (chunk) => {
    const blocks = (rest + decoder.decode(chunk)).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) sum += weigh(JSON.parse(block.slice(block.indexOf(HEAD) + HEAD.length)) as Progress);
  });
  return sum;
}

const ours = eventClient((url) => new EventClient(url));

/** A listener that has something to do, beside an interface that shows the connection. */
const busy: typeof ours = (url, take, fail) => {
  const work = workFor(LISTENER_US);
  let stop = (): void => undefined;
  const close = eventClient((at) => {
    const client = new EventClient<{ [TYPE]: Progress }>(at);
    stop = effect(() => {
      document.title = client.snapshot.value.status;
    });
    return client;
  })(url, (data) => take({ ...data, percentage: data.percentage + work() }), fail);
  return () => {
    stop();
    close();
  };
};

let whole: Promise<Uint8Array<ArrayBuffer>> | undefined;

/** The whole stream in one chunk, as no network brings it. */
const oneChunk = eventClient(
  (url) =>
    new EventClient(url, {
      async fetch() {
        whole ??= fetch(url).then(async (response) => new Uint8Array(await response.arrayBuffer()));
        const chunk = (await whole).slice();
        const body = new ReadableStream({
          start(controller) {
            controller.enqueue(chunk);
            controller.close();
          },
        });
        return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
      },
    }),
);

const readers: Readonly<Record<string, Read>> = {
  [NATIVE]: untilLast(
    EVENTS,
    eventSource((url) => new EventSource(url)),
  ),
  [BOUND]: bound,
  [OURS]: untilLast(EVENTS, ours),
  [BARE_PEER]: barePeer,
  'eventsource-client': untilLast(EVENTS, eventsourceClient),
  'fetch-event-source 2': fetchEventSource2,
  [NPM]: untilLast(EVENTS, npmEventSource),
  [STRAINED.busy]: untilLast(EVENTS, busy),
  [STRAINED.oneWrite]: (url) => untilLast(EVENTS, ours)(`${url}one-write`),
  [STRAINED.oneChunk]: untilLast(EVENTS, oneChunk),
};

window.bench = {
  run(name, url) {
    const read = readers[name];
    if (!read) throw new RangeError(`expected a contestant, got ${name}`);
    return watch(() => read(url));
  },
};
