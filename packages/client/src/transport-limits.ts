import { misuse, show } from 'pushstream-protocol';
import type { EventClientOptions } from './options.ts';
import type { Transport, TransportLimit } from './transport/transport.ts';

interface Consequence {
  /** What must not be asked for. */
  readonly option: keyof EventClientOptions;
  /** What holds where it was not. */
  readonly instead?: EventClientOptions;
  /** What does without what is missing. */
  readonly isModest?: (value: unknown) => boolean;
}

const part = (value: unknown, name: string): unknown => new Map(Object.entries(Object(value))).get(name);

/** A transport that sees no comments cannot judge a silence; one that sees no ids cannot compare them. */
const consequences: Partial<Record<TransportLimit, Consequence>> = {
  headers: { option: 'headers' },
  method: { option: 'method' },
  body: { option: 'body' },
  redirect: { option: 'redirect' },
  bytes: { option: 'maxEventLength' },
  comments: { option: 'heartbeatTimeoutMs', instead: { heartbeatTimeoutMs: false } },
  ids: { option: 'dedupe', instead: { dedupe: false }, isModest: (value) => part(value, 'key') !== undefined },
  resume: {
    option: 'resume',
    instead: { resume: 'query' },
    isModest: (value) => value === 'query' || part(value, 'by') === 'query',
  },
};

/** @throws {TypeError} For an option that the transport cannot do. */
export function withinLimits<Settings extends { readonly transport?: Transport | undefined }>(
  settings: Settings,
  given: EventClientOptions,
): Settings {
  let within = settings;
  for (const limit of settings.transport?.cannot ?? []) {
    const { option, instead, isModest }: Partial<Consequence> = consequences[limit] ?? {};
    if (!option) continue;
    const value = given[option];
    if (value !== undefined && value !== false && !isModest?.(value))
      throw misuse(`options.${option}`, `what the transport can do, not ${limit}`, show(value, true));
    if (value === undefined) within = { ...within, ...instead };
  }
  return within;
}
