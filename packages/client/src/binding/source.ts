import type { EventClient } from '../event-client.ts';
import { misuse } from 'pushstream-protocol';
import { type ClientScope, identityOf, sharedClient } from '../shared-client.ts';
import { streams } from '../stream.ts';
import type { BindingOptions } from './types.ts';

/** Options of whatever events: here nothing depends on which there are. */
export type AnyOptions = BindingOptions<object, never, unknown, never>;

export function isClient(source: unknown): source is EventClient {
  return typeof source === 'object' && source !== null && streams.has(source);
}

/** A client, a URL, or nothing; everything else is a mistake. */
function isUrl(source: unknown): source is string | URL {
  if (typeof source === 'string' && source !== '') return true;
  if (source instanceof URL) return true;
  if (source === null || source === undefined || source === false) return false;
  throw misuse('source', 'an EventClient, a URL, null, undefined or false', source === '' ? '""' : typeof source);
}

/** What concerns the component alone. */
const OWN = new Set(['enabled', 'events', 'history', 'reduce', 'initial', 'seed', 'on', 'select', 'isEqual']);

/** What the client is made with, where the source is a URL. `reached`: what an earlier one had got to. */
function clientOptions(options: AnyOptions, reached?: string): object {
  const own = Object.fromEntries(Object.entries(options).filter(([name]) => !OWN.has(name)));
  const { seed, cursorStore } = options;
  const lastEventId = reached || seed?.lastEventId;
  if (lastEventId === undefined) return own;
  // What is in the page counts more than what an earlier page had seen.
  const behind = cursorStore && {
    load: () => null,
    save: (cursor: string) => cursorStore.save(cursor),
    clear: () => cursorStore.clear(),
  };
  return { ...own, lastEventId, ...(behind && { cursorStore: behind }) };
}

/** The client of a source, shared where that is a URL; none where there is none. */
export function findClient(
  source: unknown,
  options: AnyOptions,
  scope: ClientScope | undefined,
  reached?: string,
): EventClient | undefined {
  if (options.enabled === false) return undefined;
  if (isClient(source)) return source;
  if (!isUrl(source)) return undefined;
  const own = clientOptions(options, reached);
  return scope ? scope.client(source, own) : sharedClient(source, own);
}

/** Everything that makes it another binding; a client is compared by itself. Nothing is like nothing. */
export function keyOf(source: unknown, options: AnyOptions): readonly unknown[] {
  const { enabled = true, events = '*', history } = options;
  if (!enabled || !(isClient(source) || isUrl(source))) return [];
  return [isClient(source) ? source : identityOf(source, clientOptions(options)), JSON.stringify([events, history])];
}
