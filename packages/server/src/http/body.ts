import { misuse } from 'pushstream-protocol';
import { Problem } from './problem.ts';

/** Deeper is nobody's event, and somebody's attempt. */
const MAX_DEPTH = 64;

const isJson = (contentType: string | null): boolean =>
  contentType?.split(';', 1)[0]?.trim().toLowerCase() === 'application/json';

function tooLarge(limit: number): Problem {
  return new Problem(413, `body: expected at most ${limit} bytes, got more`);
}

/** Counts what comes, whatever the header says: a length may be missing, or a lie. */
async function readBytes(body: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new Problem(400, 'body: expected all of it, got a part');
    });
    if (done) break;
    length += value.byteLength;
    if (length > limit) {
      // What it fails with is over already.
      reader.cancel().catch(() => {});
      throw tooLarge(limit);
    }
    chunks.push(value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

/** How deep arrays and objects stand within each other; asked of the text, so that nothing recurses. */
export function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  let isInString = false;
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at];
    if (isInString) {
      if (character === '\\') at += 1;
      else if (character === '"') isInString = false;
    } else if (character === '"') isInString = true;
    else if (character === '[' || character === '{') deepest = Math.max(deepest, (depth += 1));
    else if (character === ']' || character === '}') depth -= 1;
  }
  return deepest;
}

function parse(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Problem(400, 'body: expected UTF-8, got other bytes');
  }
  if (depthOf(text) > MAX_DEPTH) throw new Problem(400, `body: expected at most ${MAX_DEPTH} levels, got more`);
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message shows what came.
    throw new Problem(400, `body: expected JSON, got ${text === '' ? 'nothing' : 'something else'}`);
  }
}

/** Whether a request brings a body, as far as its head tells. */
export const hasBody = ({ headers }: Request): boolean =>
  headers.has('content-type') || headers.has('transfer-encoding') || Number(headers.get('content-length') ?? 0) > 0;

/**
 * The body of a request as data.
 *
 * @throws {Problem} 415 for another content type or a compressed body, 413 above `limit` bytes, 400
 *   for what is not JSON.
 */
export async function readJson(request: Request, limit: number): Promise<unknown> {
  const { headers, body } = request;
  // No page can send this to another origin without asking first.
  if (!isJson(headers.get('content-type'))) {
    throw new Problem(415, 'content-type: expected application/json, got another', {
      headers: { accept: 'application/json' },
    });
  }
  if ((headers.get('content-encoding') ?? 'identity').toLowerCase() !== 'identity') {
    throw new Problem(415, 'content-encoding: expected none, got one', { headers: { 'accept-encoding': 'identity' } });
  }
  if (Number(headers.get('content-length') ?? 0) > limit) throw tooLarge(limit);
  return parse(body ? await readBytes(body, limit) : new Uint8Array());
}

/** @throws {TypeError} For a body that is not an object. */
export function objectOf(body: unknown): object {
  if (body !== null && typeof body === 'object' && !Array.isArray(body)) return body;
  throw misuse('body', 'an object', Array.isArray(body) ? 'an array' : body === null ? 'null' : `a ${typeof body}`);
}
