import { fetchEventSource } from '@microsoft/fetch-event-source';
import { EventSource } from 'eventsource';
import { createEventSource } from 'eventsource-client';
import { createParser } from 'eventsource-parser';
import type { EventClient } from 'pushstream-client';

// Ways to read the stream of event-server.ts once; the same in Node and in browsers.

export const TYPE = 'task.progress';

export interface Progress {
  readonly taskId: string;
  readonly percentage: number;
}

/** Reads the whole stream once; the sum depends on every event. */
export type Read = (url: string) => Promise<number>;

/** What a reader of events does at the least with each: look at its data. */
export function weigh({ taskId, percentage }: Progress): number {
  return taskId.length + percentage;
}

/** Calls back with each event's data; returns what closes. */
export type Subscribe = (url: string, take: (data: Progress) => void, fail: (error: unknown) => void) => () => void;

/** For the clients that would reconnect: ends when it has as many events as the stream. */
export const untilLast =
  (events: number, subscribe: Subscribe): Read =>
  (url) =>
    new Promise((resolve, reject) => {
      let sum = 0;
      let left = events;
      const close = subscribe(
        url,
        (data) => {
          sum += weigh(data);
          left -= 1;
          if (left > 0) return;
          close();
          resolve(sum);
        },
        reject,
      );
    });

export async function readBody(url: string, onChunk: (chunk: Uint8Array) => void): Promise<void> {
  const { body } = await fetch(url, { headers: { accept: 'text/event-stream' } });
  if (!body) throw new TypeError('expected a body, got none');
  const reader = body.getReader();
  for (let { done, value } = await reader.read(); !done && value; { done, value } = await reader.read()) onChunk(value);
}

export async function barePeer(url: string): Promise<number> {
  const decoder = new TextDecoder();
  let sum = 0;
  const parser = createParser({
    onEvent({ event, data }) {
      if (event === TYPE) sum += weigh(JSON.parse(data) as Progress);
    },
  });
  await readBody(url, (chunk) => parser.feed(decoder.decode(chunk, { stream: true })));
  return sum;
}

/** One listener of that name or pattern. */
export const eventClient =
  (open: (url: string) => EventClient<{ [TYPE]: Progress }>, pattern: typeof TYPE | '*' = TYPE): Subscribe =>
  (url, take, fail) => {
    const client = open(url);
    client.lifecycle.on('error', fail);
    client.on(pattern, (data) => take(data));
    client.connect();
    return () => client[Symbol.dispose]();
  };

/** Of the host, or of npm. */
export const eventSource =
  (open: (url: string) => EventTarget & { close(): void }): Subscribe =>
  (url, take, fail) => {
    const source = open(url);
    source.addEventListener('error', fail);
    source.addEventListener(TYPE, (event) => take(JSON.parse((event as MessageEvent<string>).data) as Progress));
    return () => source.close();
  };

export const npmEventSource: Subscribe = eventSource((url) => new EventSource(url));

export const eventsourceClient: Subscribe = (url, take, fail) => {
  const source = createEventSource({
    url,
    onScheduleReconnect: fail,
    onMessage: ({ event, data }) => event === TYPE && take(JSON.parse(data) as Progress),
  });
  return () => source.close();
};

export async function fetchEventSource2(url: string): Promise<number> {
  let sum = 0;
  await fetchEventSource(url, {
    fetch,
    openWhenHidden: true,
    onmessage({ event, data }) {
      if (event === TYPE) sum += weigh(JSON.parse(data) as Progress);
    },
  });
  return sum;
}
