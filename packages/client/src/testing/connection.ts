import { encodeComment } from 'pushstream-protocol';
import { check, misuse } from 'pushstream-protocol';
import type { BodyInput, HeadersInput } from '../transport/transport.ts';
import { createBody } from './body.ts';
import { encode, type TestEvent } from './event.ts';
import type { TestRequest } from './request.ts';

/**
 * One request of a client, and the server's end of it. A server that stalls is one that is told to do
 * nothing: before the answer, or between two bytes.
 *
 * Every verb throws a `TypeError` at the wrong moment: bytes before `open()`, a second answer,
 * anything after the server's own end. What is sent to a client that has left is lost, as on a real
 * network.
 */
export interface TestConnection<Events extends object = Record<string, unknown>> {
  /** The request as it arrived. */
  readonly request: TestRequest;
  /** Counts the server's requests from 1. */
  readonly number: number;
  /** The client let go of it: aborted the request, or cancelled the body. */
  readonly aborted: boolean;
  /** One of the two has ended it. */
  readonly isOver: boolean;
  /** Resolves when one of the two has ended it. */
  readonly closed: Promise<void>;
  /** Answers 200 with an event stream. A header that is given replaces the default. */
  open(options?: { readonly headers?: HeadersInput }): this;
  /** Sends one event. @throws {TypeError} For what would forge a line, or what no reader would see. */
  send(event: TestEvent<Events>): this;
  /** Sends a comment. */
  comment(text: string): this;
  /** Sends an empty comment, the usual sign of life. */
  heartbeat(): this;
  /** Sends text or bytes as they are, as one chunk. */
  write(chunk: string | Uint8Array): this;
  /**
   * Resets the open connection: what was sent arrives, then the body fails. With `midEvent`, all of
   * that event but the blank line that would complete it is sent before.
   */
  cut(options?: { readonly midEvent?: TestEvent<Events> }): void;
  /** Ends the open stream cleanly. */
  end(): void;
  /** Instead of an answer: the request fails, as where no server listens. */
  refuse(): void;
  /** Answers with something else than a stream, at once and in full. */
  respond(status: number, options?: Answer): void;
  /** Answers with a redirect: 301, 302, 303, 307 or 308. @default 307 */
  redirect(location: string, status?: number): void;
}

interface Answer {
  readonly headers?: HeadersInput;
  readonly body?: BodyInput | null;
}

const WAITING = 'a request without an answer';
const OPEN = 'an open stream';
const OVER = 'one that the server has ended';

/** What Node's `fetch` says where the network fails. */
function networkError(message: string, code: string): TypeError {
  return new TypeError(message, { cause: Object.assign(new Error(code), { code }) });
}

/** The server's end of one request, and the response that it becomes. */
export class Connection implements TestConnection {
  readonly request: TestRequest;
  readonly number: number;
  readonly closed: Promise<void>;
  /** Rejects where the server refuses; never settles where it stalls. */
  readonly response: Promise<Response>;
  aborted = false;
  #state = WAITING;
  #answer = (_response: Response): void => {};
  #fail = (_error: Error): void => {};
  #over = (): void => {};
  readonly #body = createBody(() => this.#leave());

  constructor(request: TestRequest, number: number) {
    this.request = request;
    this.number = number;
    this.closed = new Promise((resolve) => {
      this.#over = resolve;
    });
    this.response = new Promise((resolve, reject) => {
      this.#answer = resolve;
      this.#fail = reject;
    });
  }

  get isOver(): boolean {
    return this.aborted || this.#state === OVER;
  }

  /** The client aborts: at once, whatever it has not read. */
  abort(reason: unknown): void {
    this.#body.abort(reason);
    this.#leave();
  }

  open({ headers }: { readonly headers?: HeadersInput } = {}): this {
    this.#must('open', WAITING);
    const all = new Headers(headers);
    if (!all.has('content-type')) all.set('content-type', 'text/event-stream');
    this.#answer(new Response(this.#body.stream, { headers: all }));
    this.#state = OPEN;
    return this;
  }

  send(event: TestEvent): this {
    return this.#write('send', encode(event));
  }

  comment(text: string): this {
    return this.#write('comment', encodeComment(text));
  }

  heartbeat(): this {
    return this.#write('heartbeat', encodeComment());
  }

  write(chunk: string | Uint8Array): this {
    return this.#write('write', chunk);
  }

  cut({ midEvent }: { readonly midEvent?: TestEvent } = {}): void {
    this.#must('cut', OPEN);
    if (midEvent) this.#write('cut', encode(midEvent).slice(0, -1));
    this.#body.fail(networkError('terminated', 'ECONNRESET'));
    this.#finish();
  }

  end(): void {
    this.#must('end', OPEN);
    this.#body.end();
    this.#finish();
  }

  refuse(): void {
    this.#must('refuse', WAITING);
    this.#fail(networkError('fetch failed', 'ECONNREFUSED'));
    this.#finish();
  }

  respond(status: number, { headers, body = null }: Answer = {}): void {
    this.#respond('respond', body, { status, ...(headers && { headers }) });
  }

  redirect(location: string, status = 307): void {
    check('status', status, '301 | 302 | 303 | 307 | 308');
    this.#respond('redirect', null, { status, headers: { location } });
  }

  #respond(verb: string, body: BodyInput | null, init: ResponseInit): void {
    this.#must(verb, WAITING);
    this.#answer(new Response(body, init));
    this.#finish();
  }

  #write(verb: string, chunk: string | Uint8Array): this {
    this.#must(verb, OPEN);
    this.#body.write(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : new Uint8Array(chunk));
    return this;
  }

  #must(verb: string, state: string): void {
    if (this.#state !== state) throw misuse(`connection.${verb}`, state, this.#state);
  }

  #finish(): void {
    this.#state = OVER;
    this.#over();
  }

  #leave(): void {
    if (this.isOver) return;
    this.aborted = true;
    this.#over();
  }
}
