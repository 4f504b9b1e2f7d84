import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PushStream } from '../../../packages/server/src/push-stream.ts';
import type { Random } from '../../support/random.ts';
import type { Link } from './link.ts';
import type { SharedTime } from './time.ts';

/** A request on its way to an instance, and what it is answered with. */
interface Call {
  readonly push: PushStream;
  readonly url: URL;
  readonly headers: Record<string, string>;
  readonly link: Link;
  readonly time: SharedTime;
  readonly random: Random;
  /** Bytes that a response takes before it says that it is full. */
  readonly highWaterMark: number;
  /** Sees what the server writes, when it does. */
  readonly written: (link: Link, bytes: Uint8Array) => void;
  readonly fail: (what: string) => void;
}

type Host = (call: Call) => Promise<Response>;

/** The hub's `fetch`, in memory. */
export const fetchHost: Host = async ({ push, url, headers, link, time, random }) => {
  const gone = new AbortController();
  // Some hosts abort the request, some cancel the body.
  const tellsBySignal = random.chance(0.5);
  let isGone = false;
  link.hangUp = () => {
    isGone = true;
    if (tellsBySignal) gone.abort();
  };
  const response = await push.fetch(new Request(url, { headers, signal: gone.signal }));
  const { body } = response;
  if (!body || response.status !== 200) return response;
  const reader = body.getReader();
  link.hangUp = () => {
    if (tellsBySignal) gone.abort();
    else reader.cancel().catch(() => {});
  };
  if (isGone) link.hangUp();

  async function pump(): Promise<void> {
    for (;;) {
      while (link.isStalled) {
        await new Promise<void>((resolve) => {
          link.flow = resolve;
        });
      }
      const { done, value } = await reader.read();
      if (random.chance(0.1)) await time.delay(random.between(1, 3));
      if (done) return link.ended('end');
      // What nobody reads any more is not read here either: the server has not heard of it yet.
      if (link.isOver) return undefined;
      link.pass(value);
    }
  }
  pump().catch(() => link.ended('failure'));
  return new Response(link.body.stream, response);
};

/** As much of a response of `node:http` as the hub's handler uses, with a small buffer. */
class FakeResponse extends EventEmitter {
  readonly #call: Call;
  readonly #answer: (response: Response) => void;
  readonly #headers = new Headers();
  #queue: Uint8Array[] = [];
  #needsDrain = false;
  #flushes = false;
  #isClosed = false;
  #isAnswered = false;
  /** Hosts may close while they take something. */
  readonly #closesInside: number;
  #writes = 0;
  statusCode = 200;
  writableLength = 0;
  writableEnded = false;
  destroyed = false;

  constructor(call: Call, answer: (response: Response) => void) {
    super();
    this.#call = call;
    this.#answer = answer;
    this.#closesInside = call.random.chance(0.03) ? call.random.between(2, 6) : Infinity;
    call.link.hangUp = () => this.destroy();
    call.link.flow = () => this.#flush();
  }

  setHeader(name: string, value: string): void {
    this.#headers.set(name, value);
  }

  getHeader(name: string): string | undefined {
    return this.#headers.get(name) ?? undefined;
  }

  writeHead(status: number, ...rest: readonly unknown[]): this {
    this.statusCode = status;
    for (const [name, value] of Object.entries({ ...Object(rest.at(-1)) })) this.#headers.set(name, String(value));
    this.flushHeaders();
    return this;
  }

  flushHeaders(): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    this.#answer(new Response(this.#call.link.body.stream, { status: this.statusCode, headers: this.#headers }));
  }

  write(bytes: Uint8Array): boolean {
    const { link, random, highWaterMark, written, fail } = this.#call;
    if (this.writableEnded) fail(`${link.number}: written after the end`);
    if (this.destroyed) return false;
    written(link, bytes);
    this.#queue.push(bytes.slice());
    this.writableLength += bytes.length;
    this.#writes += 1;
    if (this.#writes === this.#closesInside) {
      this.destroyed = true;
      link.ended('failure');
      this.#close();
      return false;
    }
    if (this.writableLength >= highWaterMark) this.#needsDrain = true;
    if (!this.#flushes) {
      this.#flushes = true;
      this.#call.time.after(random.chance(0.8) ? 0 : random.between(1, 4), () => this.#flush());
    }
    return this.writableLength < highWaterMark;
  }

  end(body?: Uint8Array): void {
    if (this.writableEnded || this.destroyed) return;
    this.writableEnded = true;
    if (!this.#isAnswered && body) {
      this.#isAnswered = true;
      const { statusCode: status } = this;
      const isNull = status === 204 || status === 304;
      this.#answer(new Response(isNull ? null : body.slice(), { status, headers: this.#headers }));
    }
    this.#flush();
  }

  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    // What it had to write is still told.
    this.#queue = [];
    this.#call.link.ended('failure');
    this.#call.time.after(this.#call.random.below(3), () => this.#close());
  }

  #flush(): void {
    this.#flushes = false;
    const { link } = this.#call;
    // What nobody takes any more stays here, too.
    if (this.destroyed || link.isStalled || (link.isOver && !this.writableEnded)) return;
    for (const bytes of this.#queue.splice(0)) link.pass(bytes);
    this.writableLength = 0;
    if (this.writableEnded) {
      link.ended('end');
      this.#close();
    } else if (this.#needsDrain) {
      this.#needsDrain = false;
      this.emit('drain');
    }
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.destroyed = true;
    this.emit('close');
  }
}

/** The hub's handler for `node:http`, on a socket that is not there. */
export const nodeHost: Host = (call) => {
  const nothing = (): void => {};
  const request = {
    method: 'GET',
    url: `${call.url.pathname}${call.url.search}`,
    headers: { host: call.url.host, ...call.headers },
    httpVersionMajor: 1,
    resume: nothing,
    socket: { setNoDelay: nothing, setKeepAlive: nothing, setTimeout: nothing, destroy: nothing },
  };
  return new Promise((resolve) => {
    const response = new FakeResponse(call, resolve);
    // The handler uses these parts of the two, and no others.
    call.push.handler()(request as unknown as IncomingMessage, response as unknown as ServerResponse);
  });
};
