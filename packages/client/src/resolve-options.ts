import { DEFAULT_MAX_EVENT_LENGTH } from 'pushstream-protocol';
import { check, complete, type Manual, misuse, MS, show } from 'pushstream-protocol';
import { isSendable, SENDABLE } from './cursor.ts';
import type { Environment } from './environment.ts';
import type { StreamEvent } from './events.ts';
import { isBrowser, hostEnvironment, hostFetch } from './host.ts';
import type { DedupeOptions, EventClientOptions, ReconnectOptions, ResumeOptions, SchemaOptions } from './options.ts';
import { checkSchemas, type Schemas } from './schemas.ts';
import { fetchTransport } from './transport/fetch-transport.ts';
import { parseHeaders } from './transport/request.ts';
import { withinLimits } from './transport-limits.ts';
import { parseUrl, withoutSecrets } from './transport/url.ts';
import type { Resume, Transport } from './transport/transport.ts';

/** Without a gap; `Open` parts may be `undefined`. */
type Filled<T, Open extends keyof T = never> = Required<Omit<T, Open>> & {
  readonly [Name in Open]: Exclude<T[Name], undefined> | undefined;
};
type Options = EventClientOptions & SchemaOptions<object>;
type Settings = Filled<Options, 'transport' | 'signal' | 'cursorStore'>;
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
  extends
    Omit<Settings, 'environment' | 'transport' | 'resume' | 'dedupe' | 'reconnect' | 'fetch' | 'hidden' | 'schemas'>,
    Reconnect {
  readonly url: string;
  readonly environment: Environment;
  readonly transport: Transport;
  readonly resume: Resume;
  readonly dedupe: DedupeRule;
  readonly schemas: Schemas;
  /** `undefined`: never. */
  readonly releaseAfterMs: number | undefined;
}

/** What each option may be, and what it is where it is left out. */
const manual: Manual<Settings> = {
  headers: ['object | function', {}],
  query: ['object | function', {}],
  body: ['string | object | function | null', null],
  method: ['string | function', 'GET'],
  credentials: ['"omit" | "same-origin" | "include" | function', 'same-origin'],
  redirect: ['"safe" | "follow" | "error"', 'safe'],
  fetch: hostFetch,
  transport: ['object', undefined],
  environment: {},
  signal: ['object', undefined],
  lastEventId: '',
  cursorStore: ['object', undefined],
  resume: ['"header" | "query" | "both" | object | false', 'header'],
  schemas: ['object', {}],
  decode: ['"json" | "text" | function', 'json'],
  dedupe: ['"reconnect" | "always" | object | false', 'reconnect'],
  heartbeatTimeoutMs: [`"auto" | ${MS} | false`, 'auto'],
  connectTimeoutMs: [MS, 15_000],
  reconnect: ['object | false', {}],
  maxEventLength: ['1..268435456', DEFAULT_MAX_EVENT_LENGTH],
  resend: ['true | false', false],
  lingerMs: ['0..2147483647', 0],
  hidden: ['"keep" | object', 'keep'],
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
  by: ['"query" | "both"'],
  name: 'lastEventId',
};

const dedupeManual: Manual<Filled<DedupeOptions, 'key'>> = {
  window: ['whole 1..1048576', 1_024],
  key: ['function', undefined],
};

const hiddenManual: Manual<{ releaseAfterMs: number }> = {
  releaseAfterMs: ['0..2147483647'],
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
  const resolved = url ? parseUrl(url, environment.baseUrl()) : undefined;
  if (!resolved || !/^https?:\/\/[^/@]+\//.test(resolved.href)) {
    const what = 'an http or https URL without credentials, absolute where there is no page';
    // Of what came, what may be secret is left out.
    throw misuse('url', what, show(typeof url === 'string' ? withoutSecrets(url) : url));
  }
  resolved.hash = '';
  return resolved.href;
}

/** What no table can say: parts that contradict each other. */
function checkRequest({ method, body, lastEventId, cursorStore, signal, transport }: Settings): void {
  if (body !== null && typeof body === 'object' && 'getReader' in body) {
    throw misuse('options.body', 'a function that gives a new stream for every attempt', 'a stream');
  }
  if (Object.prototype.toString.call(body) === '[object Object]' || Array.isArray(body)) {
    throw misuse('options.body', 'what fetch can send, such as JSON.stringify(…)', 'a plain object');
  }
  if (typeof method === 'string' && !/^[\w!#$%&'*+.^`|~-]+$/.test(method))
    throw misuse('options.method', 'an HTTP method', show(method));
  if (signal && !('addEventListener' in signal)) throw misuse('options.signal', 'an AbortSignal', 'object');
  if (transport) check('options.transport.open', transport.open, 'function');
  for (const name of ['load', 'save', 'clear'] as const) {
    if (cursorStore) check(`options.cursorStore.${name}`, cursorStore[name], 'function');
  }
  if (body !== null && typeof method === 'string' && /^(get|head)$/i.test(method)) {
    throw misuse('options.body', "a method that has one, such as 'POST'", method);
  }
  if (!isSendable(lastEventId)) throw misuse('options.lastEventId', SENDABLE, show(lastEventId.slice(0, 99)));
}

/**
 * Checks everything once, at the door, and fills in every default.
 *
 * @throws {TypeError} For a bad URL, an option of the wrong type or one that does not exist.
 * @throws {RangeError} For a number that is out of range.
 */
export function resolveOptions(url: string | URL, options: Options): ResolvedOptions {
  check('options', options, 'object');
  const given = complete('options', options, manual);
  const headers = typeof given.headers === 'function' ? new Headers() : parseHeaders(given.headers);
  if (!headers) throw misuse('options.headers', 'valid names and values', 'others');
  if (headers.has('last-event-id'))
    throw misuse('options.headers', 'no Last-Event-ID, which is options.lastEventId', 'one');
  // An iterator is used up by now; what the caller may change later is asked again before every attempt.
  const settings = withinLimits('next' in given.headers ? { ...given, headers } : given, options);
  checkRequest(settings);
  const { dedupe, fetch, hidden, reconnect, resume, schemas, transport } = settings;
  const loud = complete<Environment>('options.environment', settings.environment, hostEnvironment);
  const environment = { ...loud, reportError: quietly(loud.reportError), warn: quietly(loud.warn) };
  const { by, name } = complete('options.resume', resume, resumeManual);
  const way = typeof resume === 'object' ? by : resume;
  if (!name) throw misuse('options.resume.name', 'a name', '""');
  const { window, key } = complete('options.dedupe', dedupe, dedupeManual);
  const { releaseAfterMs } = complete('options.hidden', hidden, hiddenManual);
  return {
    ...settings,
    ...complete('options.reconnect', reconnect || { maxAttempts: 0 }, reconnectManual),
    url: resolveUrl(url, environment),
    schemas: checkSchemas(schemas),
    releaseAfterMs: typeof hidden === 'object' ? releaseAfterMs : undefined,
    environment,
    transport: transport ?? fetchTransport(fetch, isBrowser),
    resume: { header: way && way !== 'query', query: way && way !== 'header' ? name : undefined },
    dedupe: { scope: dedupe === false || key ? 'nothing' : dedupe === 'always' ? dedupe : 'reconnect', window, key },
  };
}
