/** A part of what comes over an HTTP/1.1 connection. */
export type Part =
  /** Belongs to no event stream: to be passed on as it came. */
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  /** Of the body of an event stream, freed of its framing: whoever passes it on frames it anew. */
  | { readonly kind: 'body'; readonly bytes: Buffer }
  /** The event stream has ended, as it should. */
  | { readonly kind: 'end' };

/** Finds the event streams in the answers of one connection. */
export interface AnswerReader {
  /** `method`: of a request that is on its way; answers come in the order of their requests. */
  asked(method: string): void;
  /** @throws {Error} For what is no HTTP. */
  read(bytes: Buffer): Part[];
}

type State =
  | { readonly name: 'head' | 'size' | 'trailer' | 'rest' }
  /** So many bytes of a body are left. `chunked`: of this chunk, with the line end behind it. */
  | { readonly name: 'body'; readonly left: number; readonly chunked: boolean };

const HEAD_END = Buffer.from('\r\n\r\n');
const LINE_END = Buffer.from('\r\n');
const MAX_HEAD = 64 * 1024;

/** The last chunk: what ends a body. */
export const LAST_CHUNK: Buffer = Buffer.from('0\r\n\r\n');

/** Bytes as a chunk of their own. */
export function toChunk(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, LINE_END]);
}

/** What comes behind a head, and whether it is an event stream in chunks. */
function bodyOf(head: string, method: string): { readonly state: State; readonly isStream: boolean } {
  const [, status = ''] = /^HTTP\/1\.1 (\d{3})\b/.exec(head) ?? [];
  if (status === '') throw new Error('Expected an answer of HTTP/1.1, got something else');
  const field = (name: string): string => new RegExp(`\r\n${name}:[ \t]*(.*?)[ \t]*\r\n`, 'i').exec(head)?.[1] ?? '';
  const none = { state: { name: 'head' }, isStream: false } as const;
  if (method === 'HEAD' || /^(1..|204|304)$/.test(status)) return none;
  if (/\bchunked$/i.test(field('transfer-encoding'))) {
    return { state: { name: 'size' }, isStream: /^text\/event-stream\b/i.test(field('content-type')) };
  }
  const length = field('content-length');
  if (length === '') return { state: { name: 'rest' }, isStream: false };
  if (!/^\d+$/.test(length)) throw new Error('Expected a length of digits, got something else');
  return length === '0' ? none : { state: { name: 'body', left: Number(length), chunked: false }, isStream: false };
}

export function createAnswerReader(): AnswerReader {
  const methods: string[] = [];
  let state: State = { name: 'head' };
  let isStream = false;
  /** Came, and is not complete enough to say what it is. */
  let pending: Buffer = Buffer.alloc(0);

  /** Up to and with a mark; `undefined`: it has not come yet. */
  function takeTo(mark: Buffer): Buffer | undefined {
    const at = pending.indexOf(mark);
    if (at < 0 && pending.length > MAX_HEAD) throw new Error(`Expected a head of at most ${MAX_HEAD} bytes, got more`);
    return at < 0 ? undefined : take(at + mark.length);
  }

  function take(length: number): Buffer {
    const taken = pending.subarray(0, length);
    pending = pending.subarray(taken.length);
    return taken;
  }

  const plain = (bytes: Buffer): Part[] => (isStream ? [] : [{ kind: 'bytes', bytes }]);

  function readHead(): Part[] | undefined {
    const head = takeTo(HEAD_END);
    if (!head) return undefined;
    const text = head.toString('latin1');
    const isInterim = text.startsWith('HTTP/1.1 1');
    ({ state, isStream } = bodyOf(text, (isInterim ? undefined : methods.shift()) ?? 'GET'));
    return [{ kind: 'bytes', bytes: head }];
  }

  function readSize(): Part[] | undefined {
    const line = takeTo(LINE_END);
    if (!line) return undefined;
    const [digits] = /^[0-9a-f]{1,8}(?=[;\s])/i.exec(line.toString('latin1')) ?? [];
    if (digits === undefined) throw new Error('Expected the size of a chunk, got something else');
    const size = Number.parseInt(digits, 16);
    state = size === 0 ? { name: 'trailer' } : { name: 'body', left: size + LINE_END.length, chunked: true };
    return plain(line);
  }

  function readBody(left: number, chunked: boolean): Part[] {
    const bytes = take(left);
    const stillLeft = left - bytes.length;
    if (stillLeft > 0) state = { name: 'body', left: stillLeft, chunked };
    else state = { name: chunked ? 'size' : 'head' };
    if (!isStream) return plain(bytes);
    // Without the line end behind the chunk, of which a half may have come.
    const body = bytes.subarray(0, Math.max(0, left - LINE_END.length));
    return body.length > 0 ? [{ kind: 'body', bytes: body }] : [];
  }

  function readTrailer(): Part[] | undefined {
    const line = takeTo(LINE_END);
    if (!line) return undefined;
    const isOver = line.length === LINE_END.length;
    if (isOver) state = { name: 'head' };
    return isOver && isStream ? [{ kind: 'end' }] : plain(line);
  }

  /** `undefined`: more has to come first. */
  function next(): Part[] | undefined {
    switch (state.name) {
      case 'head':
        return readHead();
      case 'size':
        return readSize();
      case 'body':
        return readBody(state.left, state.chunked);
      case 'trailer':
        return readTrailer();
      case 'rest':
        return plain(take(pending.length));
    }
  }

  return {
    asked: (method) => void methods.push(method),
    read(bytes) {
      pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes]);
      const parts: Part[] = [];
      while (pending.length > 0) {
        const found = next();
        if (!found) break;
        parts.push(...found);
      }
      return parts;
    },
  };
}
