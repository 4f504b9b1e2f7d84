import { check, misuse, show } from 'pushstream-protocol';
import { EventClient } from './event-client.ts';
import { hostEnvironment, isDevelopment, isServer } from './host.ts';
import type { EventClientOptions, SchemaOptions } from './options.ts';
import { resolveOptions } from './resolve-options.ts';
import { append, parseHeaders } from './transport/request.ts';
import { parseUrl, withoutQuery } from './transport/url.ts';

/** As for one client alone, and what the stream is known by. */
export interface SharedClientOptions<Events extends object>
  extends Omit<EventClientOptions, 'signal'>, SchemaOptions<Events> {
  /**
   * Stands for what of the request cannot be compared: functions among query, method, credentials,
   * headers, body and decoding, and a body that is no text. Required where there is one.
   *
   * @default none
   */
  readonly key?: string;
}

/** Clients by what they ask for, for one page or one request. */
export interface ClientScope {
  /**
   * The one client for a URL and its request, made when it is first asked for. It does not connect: `retain()` it.
   *
   * @throws {TypeError} For a bad URL or option, and for a function without a `key`.
   */
  client<Events extends object = Record<string, unknown>>(
    url: string | URL,
    options?: SharedClientOptions<Events>,
  ): EventClient<Events>;
  /** Disposes every client. */
  [Symbol.dispose](): void;
}

/** What makes a stream another stream. */
const IDENTITY = ['query', 'method', 'credentials', 'headers', 'body', 'decode'] as const;

/** What two users of one stream may mean differently, and what can be compared. */
const MANNERS = [
  'redirect',
  'resume',
  'dedupe',
  'heartbeatTimeoutMs',
  'connectTimeoutMs',
  'reconnect',
  'maxEventLength',
  'resend',
  'flush',
  'hidden',
  'lingerMs',
];

/** Whatever its events are. */
type AnyClient = Pick<EventClient, 'status' | 'leases' | typeof Symbol.dispose>;

const SWEEP_AFTER = 64;
interface Entry {
  /** Not a hold: who uses a client holds it, and one that is connected is held by its connection. */
  readonly client: WeakRef<AnyClient>;
  readonly key: string | undefined;
  readonly options: object;
}

/** One that is closed, and held by nobody, is done with. */
const isUsed = (client: AnyClient | undefined): boolean =>
  client !== undefined && (client.leases > 0 || client.status !== 'closed');

/** The same text for the same request, however it is written; functions and machinery all look alike. */
function written(value: unknown): string {
  return (
    JSON.stringify(value, (_name, part: unknown) => {
      if (part instanceof Headers || part instanceof URLSearchParams) return [...part].sort();
      if (part !== Object(part) || Array.isArray(part)) return part;
      return Object.getPrototypeOf(part) === Object.prototype ? Object.entries({ ...Object(part) }).sort() : 'opaque';
    }) ?? ''
  );
}

/** Without what never reaches a server. */
function hrefOf(url: string | URL): string {
  return (parseUrl(url, hostEnvironment.baseUrl())?.href ?? String(url)).replace(/#.*/s, '');
}

function differences(names: Iterable<string>, one: object, other: object): readonly string[] {
  const [first, second] = [one, other].map((options) => new Map(Object.entries<unknown>({ ...options })));
  return [...names].filter((name) => written(first?.get(name)) !== written(second?.get(name)));
}

/**
 * What a stream is known by.
 *
 * @throws {TypeError} For what cannot be compared, without a key.
 */
export function identityOf(url: string | URL, options: EventClientOptions & { readonly key?: string }): string {
  const { key, headers, query } = options;
  const parts = new Map(Object.entries<unknown>({ ...options }));
  for (const name of key === undefined ? IDENTITY : []) {
    const part = parts.get(name);
    const isOpaque = name === 'body' && part instanceof Object && !(part instanceof URLSearchParams);
    if (typeof part === 'function' || isOpaque)
      throw misuse(`options.${name}`, 'what can be compared, or options.key beside it', show(part));
  }
  const { method = 'GET', credentials = 'same-origin', body = null, decode = 'json' } = options;
  // As they are sent: however they are written, whatever their order, and whether they are said or not.
  return written([
    hrefOf(url),
    key,
    typeof query === 'function' ? query : append(new URLSearchParams(), query ?? {}),
    typeof method === 'string' ? method.toUpperCase() : method,
    credentials,
    typeof headers === 'function' ? headers : parseHeaders(headers ?? {}),
    body,
    decode,
  ]);
}

/**
 * A scope of its own: one per request on a server, where clients must not outlive it. Every client in
 * it has `defaults`, unless who asks says otherwise; they are the same for all, so functions among
 * them need no key.
 *
 * @throws {TypeError} For defaults that are no options.
 */
export function createClientScope(defaults: Omit<EventClientOptions, 'signal'> = {}): ClientScope {
  check('defaults', defaults, 'object');
  /** By URL, then by identity. */
  const streams = new Map<string, Map<string, Entry>>();
  const said = new Set<string>();
  let untilSweep = SWEEP_AFTER;

  /** Clients that nobody uses any more leave their names behind; seldom, so that it costs nothing in the long run. */
  function sweep(): void {
    untilSweep -= 1;
    if (untilSweep > 0) return;
    let left = 0;
    for (const [href, entries] of streams) {
      for (const [identity, { client }] of entries) if (!client.deref()) entries.delete(identity);
      left += entries.size;
      if (entries.size === 0) streams.delete(href);
    }
    untilSweep = SWEEP_AFTER + left;
  }

  function warn({ environment = {} }: EventClientOptions, message: string): void {
    if (said.has(message)) return;
    said.add(message);
    (environment.warn ?? hostEnvironment.warn)(`PushStream: ${message}`);
  }

  /** Two users of one URL who mean different streams, or the same stream in different ways. */
  function compare(
    found: Entry | undefined,
    entries: Map<string, Entry>,
    href: string,
    options: EventClientOptions,
  ): void {
    const shown = withoutQuery(href);
    if (found) {
      const names = differences(MANNERS, found.options, options);
      if (names.length > 0)
        warn(options, `two users of ${shown} disagree on ${names.join(', ')}: what the first one said holds for both`);
      return;
    }
    const other = [...entries.values()].find(({ key, client }) => key === undefined && isUsed(client.deref()));
    if (other)
      warn(
        options,
        `two users of ${shown} disagree on ${differences(IDENTITY, other.options, options).join(', ')}: each has a connection of its own; if that is meant, give them keys`,
      );
  }

  return {
    client<Events extends object>(url: string | URL, options: SharedClientOptions<Events> = {}): EventClient<Events> {
      check('options', options, 'object');
      const { key, ...given } = options;
      if (key !== undefined) check('options.key', key, 'string');
      if ('signal' in given && given.signal !== undefined)
        throw misuse('options.signal', 'none: a shared client is not for one user to end, but a lease is', 'one');
      const own = { ...defaults, ...given };
      resolveOptions(url, own);
      const href = hrefOf(url);
      const identity = identityOf(url, options);
      const entries = streams.get(href) ?? new Map<string, Entry>();
      const found = entries.get(identity);
      const client = found?.client.deref();
      const isUsable = isUsed(client);
      if (isDevelopment() && (isUsable || key === undefined)) compare(isUsable ? found : undefined, entries, href, own);
      // Who asks for the same stream means the same events.
      if (client && isUsable) return client as EventClient<Events>;
      const made = new EventClient<Events>(url, own);
      sweep();
      streams.set(href, entries.set(identity, { client: new WeakRef(made), key, options: own }));
      return made;
    },
    [Symbol.dispose]() {
      for (const entries of streams.values())
        for (const { client } of entries.values()) client.deref()?.[Symbol.dispose]();
      streams.clear();
    },
  };
}

let page: ClientScope | undefined;

/**
 * The page's one client for a URL and its request: who asks for the same gets the same, and with
 * `retain()` shares its connection. Once nobody uses it any more, the next one begins anew.
 *
 * @throws {TypeError} For a bad URL or option, for a function without a `key`, and on a server, where
 * clients must not outlive a request: use `createClientScope` there.
 */
export function sharedClient<Events extends object = Record<string, unknown>>(
  url: string | URL,
  options?: SharedClientOptions<Events>,
): EventClient<Events> {
  if (isServer()) throw misuse('sharedClient', 'a page or a worker; on a server createClientScope()', 'a server');
  page ??= createClientScope();
  return page.client(url, options);
}
