import { DEFAULT_MAX_EVENT_LENGTH } from 'pushstream-protocol';
import { check, complete, show, type Manual, MS } from './checks.ts';
import { isSendable, SENDABLE } from './cursor.ts';
import type { Environment } from './environment.ts';
import type { StreamEvent } from './events.ts';
import { hostEnvironment, hostFetch } from './host.ts';
import type { DedupeOptions, EventClientOptions, ReconnectOptions, ResumeOptions } from './options.ts';
import { fetchTransport } from './transport/fetch-transport.ts';
import type { Resume, Transport } from './transport/transport.ts';

/** Without a gap; `Open` parts may be `undefined`. */
type Filled<T, Open extends keyof T = never> = Required<Omit<T, Open>> & {
  readonly [Name in Open]: Exclude<T[Name], undefined> | undefined;
};
type Settings = Filled<EventClientOptions, 'transport' | 'signal'>;
type Reconnect = Filled<ReconnectOptions, 'shouldRetry'>;

/** How repetitions are recognised. */
interface DedupeRule {
  /** Where ids are compared: with what earlier connections delivered, with everything, nowhere. */
  readonly scope: 'reconnect' | 'always' | 'nothing';
  readonly window: number;
  readonly key: ((event: StreamEvent) => string | undefined) | undefined;
}

/** Everything a client is made from: the machine's policy and the transport's request are parts of it. */
export interface ResolvedOptions
  extends Omit<Settings, 'environment' | 'transport' | 'resume' | 'dedupe' | 'reconnect' | 'fetch'>, Reconnect {
  readonly url: string;
  readonly environment: Environment;
  readonly transport: Transport;
  readonly resume: Resume;
  readonly dedupe: DedupeRule;
}

/** What each option may be, and what it is where it is left out. */
const manual: Manual<Settings> = {
  headers: ['object | function', {}],
  query: ['object | function', {}],
  body: ['string | object | function | null', null],
  method: ['string | function', 'GET'],
  credentials: ['"omit" | "same-origin" | "include" | function', 'same-origin'],
  redirect: ['"safe" | "follow" | "error"', 'safe'],
  fetch: ['function', hostFetch],
  transport: ['object', undefined],
  environment: ['object', {}],
  signal: ['object', undefined],
  lastEventId: ['string', ''],
  resume: ['"header" | "query" | "both" | object | false', 'header'],
  decode: ['"json" | "text" | function', 'json'],
  dedupe: ['"reconnect" | "always" | object | false', 'reconnect'],
  heartbeatTimeoutMs: [`"auto" | ${MS} | false`, 'auto'],
  connectTimeoutMs: [MS, 15_000],
  reconnect: ['object | false', {}],
  maxEventLength: ['1..536870912', DEFAULT_MAX_EVENT_LENGTH],
  resend: ['true | false', false],
  flush: [`"frame" | "sync" | ${MS}`, 'frame'],
};

const reconnectManual: Manual<Reconnect> = {
  baseDelayMs: [MS, 1_000],
  maxDelayMs: [MS, 30_000],
  factor: ['1..1000', 2],
  maxAttempts: ['0..Infinity', Infinity],
  healthyAfterMs: ['0..2147483647', 10_000],
  shouldRetry: ['function', undefined],
};

const resumeManual: Manual<Required<ResumeOptions>> = {
  by: ['"query" | "both"', 'query'],
  name: ['string', 'lastEventId'],
};

const dedupeManual: Manual<Filled<DedupeOptions, 'key'>> = {
  window: ['1..1048576', 1_024],
  key: ['function', undefined],
};

const { now, monotonicNow, random, setTimer, requestFrame, yieldToHost, reportError, warn, baseUrl } = hostEnvironment;

const environmentManual: Manual<Environment> = {
  now: ['function', now],
  monotonicNow: ['function', monotonicNow],
  random: ['function', random],
  setTimer: ['function', setTimer],
  requestFrame: ['function', requestFrame],
  yieldToHost: ['function', yieldToHost],
  reportError: ['function', reportError],
  warn: ['function', warn],
  baseUrl: ['function', baseUrl],
};

/** A report that fails must not fail what it is about. */
function quietly<T>(say: (what: T) => void): (what: T) => void {
  return (what) => {
    try {
      say(what);
    } catch {
      // There is nobody left to tell.
    }
  };
}

function resolveUrl(url: string | URL, environment: Environment): string {
  const base = environment.baseUrl();
  const resolved = url && URL.canParse(url, base) ? new URL(url, base) : undefined;
  if (!resolved || !/^https?:$/.test(resolved.protocol) || resolved.username || resolved.password) {
    const what = 'an http or https URL without credentials, absolute where there is no page';
    // Of what came, what may be secret is left out.
    const came = typeof url === 'string' ? url.replace(/[?#].*/s, '').replace(/\/\/.*@/, '//') : url;
    throw new TypeError(`url: expected ${what}, got ${show(came)}`);
  }
  resolved.hash = '';
  return resolved.href;
}

/** What no table can say: parts that contradict each other. */
function checkRequest({ method, body, headers, lastEventId }: Settings): void {
  if (body !== null && typeof method === 'string' && /^(get|head)$/i.test(method)) {
    throw new TypeError(`options.body: expected a method that has one, got ${method}`);
  }
  if (typeof headers === 'object' && new Headers(headers).has('last-event-id')) {
    throw new TypeError('options.headers: expected no Last-Event-ID, which is options.lastEventId, got one');
  }
  if (!isSendable(lastEventId)) {
    throw new TypeError(`options.lastEventId: expected ${SENDABLE}, got ${JSON.stringify(lastEventId.slice(0, 99))}`);
  }
}

/**
 * Checks everything once, at the door, and fills in every default.
 *
 * @throws {TypeError} For a bad URL, an option of the wrong type or one that does not exist.
 * @throws {RangeError} For a number that is out of range.
 */
export function resolveOptions(url: string | URL, options: EventClientOptions): ResolvedOptions {
  check('options', options, 'object');
  const settings = complete('options', options, manual);
  checkRequest(settings);
  const { dedupe, fetch, reconnect, resume, transport } = settings;
  const given = complete('options.environment', settings.environment, environmentManual);
  const environment = { ...given, reportError: quietly(given.reportError), warn: quietly(given.warn) };
  const policy = complete('options.reconnect', reconnect, reconnectManual);
  const { by, name } = complete('options.resume', resume, resumeManual);
  const way = typeof resume === 'object' ? by : resume;
  const { window, key } = complete('options.dedupe', dedupe, dedupeManual);
  return {
    ...settings,
    ...policy,
    maxAttempts: reconnect ? policy.maxAttempts : 0,
    url: resolveUrl(url, environment),
    environment,
    transport: transport ?? fetchTransport(fetch, environment),
    resume: { header: way === 'header' || way === 'both', query: way === 'query' || way === 'both' ? name : undefined },
    dedupe: { scope: dedupe === false || key ? 'nothing' : dedupe === 'always' ? dedupe : 'reconnect', window, key },
  };
}
