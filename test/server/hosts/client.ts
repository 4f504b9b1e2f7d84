import * as http from 'node:http';
import * as http2 from 'node:http2';
import * as https from 'node:https';
import type { Readable } from 'node:stream';
import { createParser, type EventFrame, type Frame } from '../../../packages/protocol/src/index.ts';
import { cert } from '../../transports/certificate.ts';
import type { Running } from './hosts.ts';

/** What one request asks for. */
export interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
}

/** One answer, read as it comes, over a connection of its own. */
export interface Reading {
  readonly status: number;
  /** Those of HTTP/2 that are none are left out. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body so far. */
  readonly text: string;
  readonly frames: readonly Frame[];
  /** Those that are not the stream's own. */
  readonly events: readonly EventFrame[];
  /** Their data, decoded. */
  readonly data: readonly unknown[];
  /** The data of the stream's own of a type. */
  control(type: string): readonly unknown[];
  readonly lastEventId: string;
  /** `complete`: the server said that this is all. */
  readonly end: 'complete' | 'cut' | undefined;
  /** Takes nothing from the network until `resume()`. */
  pause(): void;
  resume(): void;
  /** Leaves without a word. */
  leave(): void;
}

const open: Set<() => void> = new Set();

/** Ends what tests left open. */
export function leaveAll(): void {
  for (const leave of open) leave();
  open.clear();
}

interface Answered {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: Readable;
  readonly isComplete: () => boolean;
}

function ask1(origin: string, { method = 'GET', path = '/events', headers = {} }: Asked): Promise<Answered> {
  const { Agent, request } = origin.startsWith('https') ? https : http;
  const agent = new Agent({ keepAlive: true, ca: cert });
  return new Promise((resolve, reject) => {
    const asked = request(new URL(path, origin), { method, headers, agent }, (message) => {
      open.add(() => message.destroy());
      open.add(() => agent.destroy());
      resolve({
        status: message.statusCode ?? 0,
        headers: message.headers,
        body: message,
        isComplete: () => message.complete,
      });
    });
    asked.on('error', reject);
    asked.end();
  });
}

function ask2(origin: string, { method = 'GET', path = '/events', headers = {} }: Asked): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const session = http2.connect(origin, { ca: cert });
    session.on('error', reject);
    const body = session.request({ ':method': method, ':path': path, ...headers }, { endStream: true });
    const leave = (): void => session.destroy();
    open.add(leave);
    let isEnded = false;
    body.on('end', () => (isEnded = body.rstCode === 0));
    body.on('close', leave);
    body.on('response', ({ ':status': status = 0, ...rest }) =>
      resolve({ status, headers: rest, body, isComplete: () => isEnded }),
    );
    body.on('error', reject);
  });
}

/** Asks, and reads; resolves with the answer's head. */
export async function read(
  { origin, version }: Pick<Running, 'origin' | 'version'>,
  asked: Asked = {},
): Promise<Reading> {
  const { status, headers, body, isComplete } = await (version === 2 ? ask2 : ask1)(origin, asked);
  const parser = createParser();
  const decoder = new TextDecoder();
  const frames: Frame[] = [];
  const events: EventFrame[] = [];
  const controls: EventFrame[] = [];
  let text = '';
  let lastEventId = '';
  let end: Reading['end'];

  body.on('data', (bytes: Uint8Array) => {
    const piece = decoder.decode(bytes, { stream: true });
    text += piece;
    for (const frame of parser.push(piece)) {
      frames.push(frame);
      if ('id' in frame && frame.id !== undefined) lastEventId = frame.id;
      if (frame.kind === 'event') (frame.type.startsWith('pushstream.') ? controls : events).push(frame);
    }
  });
  body.on('error', () => {});
  body.on('close', () => (end = isComplete() ? 'complete' : 'cut'));

  return {
    status,
    headers: Object.fromEntries(
      Object.entries(headers).flatMap(([name, value]) =>
        typeof value === 'string' && !name.startsWith(':') ? [[name, value] as const] : [],
      ),
    ),
    get text() {
      return text;
    },
    frames,
    events,
    get data() {
      return events.map(({ data }): unknown => JSON.parse(data));
    },
    control: (type) =>
      controls.filter((event) => event.type === `pushstream.${type}`).map(({ data }): unknown => JSON.parse(data)),
    get lastEventId() {
      return lastEventId;
    },
    get end() {
      return end;
    },
    pause: () => void body.pause(),
    resume: () => void body.resume(),
    leave: () => void body.destroy(),
  };
}
