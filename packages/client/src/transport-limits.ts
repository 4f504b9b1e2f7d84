import { misuse, show } from './checks.ts';
import type { EventClientOptions } from './options.ts';
import type { Transport, TransportLimit } from './transport/transport.ts';

interface Consequence {
  /** What must not be asked for. */
  readonly option: keyof EventClientOptions;
  /** What holds where it was not. */
  readonly instead?: EventClientOptions;
}

/** A transport that sees no comments cannot judge a silence; one that sees no ids cannot compare them. */
const consequences: Partial<Record<TransportLimit, Consequence>> = {
  headers: { option: 'headers' },
  method: { option: 'method' },
  body: { option: 'body' },
  redirect: { option: 'redirect' },
  bytes: { option: 'maxEventLength' },
  comments: { option: 'heartbeatTimeoutMs', instead: { heartbeatTimeoutMs: false } },
  ids: { option: 'dedupe', instead: { dedupe: false } },
  resume: { option: 'resume', instead: { resume: 'query' } },
};

/** What does without what is missing: nothing at all, a cursor in the query, a key of the caller's own. */
function isModest(value: unknown): boolean {
  if (value === undefined || value === false || value === 'query') return true;
  const { by, key }: { by?: unknown; key?: unknown } = Object(value);
  return by === 'query' || key !== undefined;
}

/** @throws {TypeError} For an option that the transport cannot do. */
export function withinLimits<Settings extends { readonly transport?: Transport | undefined }>(
  settings: Settings,
  given: EventClientOptions,
): Settings {
  let within = settings;
  for (const limit of settings.transport?.cannot ?? []) {
    const { option, instead }: Partial<Consequence> = consequences[limit] ?? {};
    if (!option) continue;
    const value = given[option];
    if (!isModest(value))
      throw misuse(`options.${option}`, `what the transport can do, not ${limit}`, show(value, true));
    if (value === undefined) within = { ...within, ...instead };
  }
  return within;
}
