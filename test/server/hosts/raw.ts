import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { cert } from '../../transports/certificate.ts';
import { until } from '../../support/until.ts';

/** A response as its bytes say it. */
interface RawResponse {
  readonly status: number;
  readonly version: string;
  readonly headers: ReadonlyMap<string, string>;
  /** Without its framing. */
  readonly body: string;
  /** Its framing says that this is all. */
  readonly isComplete: boolean;
}

/** A connection whose bytes are the test's. */
export interface RawClient {
  send(text: string): void;
  /** Everything that came, read again from its first byte: framing that is no framing throws. */
  readonly responses: readonly RawResponse[];
  /** Waits for a response, by its number, and for a text in its body. */
  response(number: number, text?: string): Promise<RawResponse>;
  /** The server has closed it. */
  readonly isClosed: boolean;
  /** Says that nothing more comes, and goes on reading. */
  end(): void;
  destroy(): void;
  /** Takes nothing until `resume()`. */
  pause(): void;
  resume(): void;
}

const clients: Set<Socket> = new Set();

/** Ends what tests left open. */
export function destroyAll(): void {
  for (const socket of clients) socket.destroy();
  clients.clear();
}

interface Piece {
  readonly body: Buffer;
  readonly isComplete: boolean;
  readonly rest: Buffer;
}

/** @see https://www.rfc-editor.org/rfc/rfc9112#name-chunked-transfer-coding */
function readChunks(bytes: Buffer): Piece {
  const chunks: Buffer[] = [];
  const so = (isComplete: boolean, rest: Buffer): Piece => ({ body: Buffer.concat(chunks), isComplete, rest });
  for (let at = 0; ;) {
    const end = bytes.indexOf('\r\n', at);
    if (end < 0) return so(false, Buffer.alloc(0));
    const size = bytes.toString('latin1', at, end);
    if (!/^[0-9a-f]{1,8}$/i.test(size)) throw new Error(`Expected the size of a chunk, got ${JSON.stringify(size)}`);
    const length = Number.parseInt(size, 16);
    const next = end + 2 + length + 2;
    if (bytes.length < next) return so(false, Buffer.alloc(0));
    const tail = bytes.toString('latin1', next - 2, next);
    if (tail !== '\r\n') throw new Error(`Expected the end of a chunk, got ${JSON.stringify(tail)}`);
    if (length === 0) return so(true, bytes.subarray(next));
    chunks.push(bytes.subarray(end + 2, next - 2));
    at = next;
  }
}

function readBody(bytes: Buffer, headers: ReadonlyMap<string, string>, isBodiless: boolean, isOver: boolean): Piece {
  if (isBodiless) return { body: Buffer.alloc(0), isComplete: true, rest: bytes };
  if (headers.get('transfer-encoding') === 'chunked') return readChunks(bytes);
  const length = headers.get('content-length');
  if (length === undefined) return { body: bytes, isComplete: isOver, rest: Buffer.alloc(0) };
  const isComplete = bytes.length >= Number(length);
  return { body: bytes.subarray(0, Number(length)), isComplete, rest: bytes.subarray(Number(length)) };
}

function readAll(received: Buffer, methods: readonly string[], isOver: boolean): RawResponse[] {
  const responses: RawResponse[] = [];
  for (let rest = received; rest.length > 0;) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) break;
    const [first = '', ...lines] = rest.toString('latin1', 0, end).split('\r\n');
    const [, version = '', status = ''] = /^HTTP\/(1\.[01]) (\d{3})/.exec(first) ?? [];
    if (!version) throw new Error(`Expected a status line, got ${JSON.stringify(first.slice(0, 200))}`);
    const headers = new Map(
      lines.map((line) => {
        const [, name = '', value = ''] = /^([^:]+): ?(.*)$/.exec(line) ?? [];
        return [name.toLowerCase(), value] as const;
      }),
    );
    const final = responses.filter((response) => response.status >= 200).length;
    const isBodiless = methods[final] === 'HEAD' || Number(status) < 200 || status === '204';
    const piece = readBody(rest.subarray(end + 4), headers, isBodiless, isOver);
    responses.push({
      status: Number(status),
      version,
      headers,
      body: piece.body.toString('utf8'),
      isComplete: piece.isComplete,
    });
    rest = piece.rest;
  }
  return responses;
}

/** Connects to a server of this machine. */
export async function rawClient(origin: string): Promise<RawClient> {
  const { port, protocol } = new URL(origin);
  const options = { port: Number(port), host: '127.0.0.1' };
  const socket: Socket =
    protocol === 'https:' ? connectTls({ ...options, ca: cert, servername: 'localhost' }) : connect(options);
  clients.add(socket);
  const chunks: Buffer[] = [];
  const methods: string[] = [];
  let isClosed = false;
  socket.on('data', (bytes: Buffer) => chunks.push(bytes));
  socket.on('error', () => {});
  socket.on('end', () => (isClosed = true));
  socket.on('close', () => (isClosed = true));
  await new Promise((resolve) => {
    socket.once(protocol === 'https:' ? 'secureConnect' : 'connect', resolve);
  });
  const responses = (): RawResponse[] => readAll(Buffer.concat(chunks), methods, isClosed);
  return {
    send(text) {
      for (const [, method = ''] of text.matchAll(/^([A-Z]+) \S+ HTTP\/1/gm)) methods.push(method);
      socket.write(text);
    },
    get responses() {
      return responses();
    },
    async response(number, text = '') {
      let seen = -1;
      await until(() => {
        if (chunks.length === seen) return false;
        seen = chunks.length;
        return responses()[number - 1]?.body.includes(text);
      });
      const response = responses()[number - 1];
      if (!response) throw new Error(`Expected ${number} responses`);
      return response;
    },
    get isClosed() {
      return isClosed;
    },
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
  };
}

/** The text of a request without a body. */
export const request = (line: string, ...headers: readonly string[]): string =>
  [`${line}${/HTTP\/1/.test(line) ? '' : ' HTTP/1.1'}`, 'Host: 127.0.0.1', ...headers, '', ''].join('\r\n');
