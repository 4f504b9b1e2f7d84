import { misuse } from 'pushstream-protocol';
import type { Environment } from './environment.ts';
import { isClientId, LABEL_EXPECTED, quote } from './grammar.ts';
import type { Authorize, Grant, StreamRequest } from './grant.ts';
import { checkPatterns } from './pattern.ts';
import { refuse, retryAfter } from './refusal.ts';

/** Channels and patterns of one grant. */
const MAX_CHANNELS = 1_000;
const MAX_RETRY_MS = 300_000;
/** Somebody has to mend something first. */
const RETRY_AFTER_S = 5;

const WHERE = 'options.authorize';

/** As long as its decision is waited for. */
const LATE: unique symbol = Symbol('late');

/**
 * What a client may have, or the response that refuses it. Nothing but a grant that can be understood
 * lets anybody in: a function that throws, rejects, takes longer than `timeoutMs` or answers something
 * else is reported, and is a 503; `null`, `undefined` and `false` are a 403; a grant that has ended, a 401.
 */
export async function decide(
  authorize: Authorize,
  request: StreamRequest,
  timeoutMs: number,
  environment: Environment,
): Promise<Grant | Response> {
  try {
    const answer = await ask(authorize, request, timeoutMs, environment);
    if (answer === null || answer === undefined || answer === false) {
      return refuse(403, 'Forbidden', 'Expected credentials that allow to read this stream');
    }
    if (isResponse(answer)) return checkResponse(answer);
    const grant = checkGrant(answer);
    if (grant.expiresAt === undefined || grant.expiresAt > environment.now()) return grant;
    return refuse(401, 'Unauthorized', 'Expected credentials that are still good, got some that have expired', {
      'www-authenticate': 'Bearer error="invalid_token"',
    });
  } catch (error) {
    environment.reportError(error, WHERE);
    const header = retryAfter(environment.random, RETRY_AFTER_S);
    return refuse(503, 'Service Unavailable', 'Expected a decision about these credentials, got none', header);
  }
}

/** Whatever it answers, in time; a late answer is nobody's. */
async function ask(
  authorize: Authorize,
  request: StreamRequest,
  timeoutMs: number,
  environment: Environment,
): Promise<unknown> {
  let cancel = (): void => {};
  const late = new Promise<typeof LATE>((resolve) => {
    cancel = environment.setTimer(() => resolve(LATE), timeoutMs);
  });
  try {
    const answer: unknown = await Promise.race([authorize(request), late]);
    if (answer === LATE) throw misuse(WHERE, `an answer within ${timeoutMs} ms`, 'none', Error);
    return answer;
  } finally {
    cancel();
  }
}

/** By its form: hosts bring classes of their own. */
function isResponse(value: unknown): value is Response {
  const { status, headers }: { status?: unknown; headers?: unknown } = Object(value);
  const { get }: { get?: unknown } = Object(headers);
  return typeof status === 'number' && typeof get === 'function';
}

/** One that refuses, and that can still be sent. */
function checkResponse(response: Response): Response {
  const { status } = response;
  const isRefusal = status === 204 || (status >= 300 && status < 600);
  if (!isRefusal) throw misuse(WHERE, 'a response with status 204 or 300..599, or a grant', `status ${status}`);
  if (response.bodyUsed) throw misuse(WHERE, 'a response of its own for each request', 'one that was used before');
  return response;
}

const parts: ReadonlySet<string> = new Set<keyof Grant>(['channels', 'clientId', 'expiresAt', 'credential', 'retryMs']);

/** An object without a part that is known would be a grant of everything, so it has to be a plain one. */
export function isPlainObject(value: unknown): value is Grant {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Of any realm.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** A copy that nobody can change any more. */
function checkGrant(answer: unknown): Grant {
  if (!isPlainObject(answer)) throw misuse(WHERE, 'a grant, a Response or null', quote(answer));
  const grant: Grant = { ...answer };
  const unknown = Object.keys(grant).find((name) => !parts.has(name));
  // `channel` for `channels` would be a grant of everything.
  if (unknown !== undefined) throw misuse(`${WHERE}: the grant`, [...parts].join(', '), quote(unknown));
  const { channels, clientId, credential, expiresAt, retryMs } = grant;
  if (channels && channels.length > MAX_CHANNELS) {
    throw misuse(`${WHERE}: channels`, `at most ${MAX_CHANNELS}`, String(channels.length));
  }
  // Given and not there is not the same as not given: that would be a grant of everything.
  if ('channels' in grant) checkPatterns(`${WHERE}: channels`, channels);
  if (clientId !== undefined && !isClientId(clientId))
    throw misuse(`${WHERE}: clientId`, LABEL_EXPECTED, kind(clientId));
  if (credential !== undefined && !isClientId(credential)) {
    throw misuse(`${WHERE}: credential`, LABEL_EXPECTED, kind(credential));
  }
  if (expiresAt !== undefined && !Number.isFinite(expiresAt)) {
    throw misuse(`${WHERE}: expiresAt`, 'milliseconds since the epoch', quote(expiresAt));
  }
  if (retryMs !== undefined && !(Number.isInteger(retryMs) && retryMs >= 0 && retryMs <= MAX_RETRY_MS)) {
    throw misuse(`${WHERE}: retryMs`, `whole 0..${MAX_RETRY_MS}`, quote(retryMs));
  }
  return Object.freeze(channels ? { ...grant, channels: Object.freeze([...channels]) } : grant);
}

/** Who a client is, is not for a log. */
const kind = (value: unknown): string => (typeof value === 'string' ? 'another string' : quote(value));
