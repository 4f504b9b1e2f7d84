import { check, complete, type Manual, misuse, MS, show } from 'pushstream-protocol';
import type { Environment } from './environment.ts';
import type { FrameEntry } from './frame.ts';
import type { Authorize } from './grant.ts';
import type { Limits, PushStreamOptions, SlowConsumerOptions, SlowConsumerStrategy } from './options.ts';
import { checkSchemas, type Schemas } from './schemas.ts';

const MAX = 'whole 1..9007199254740991';

type Complete<T> = { readonly [Name in keyof T]-?: NonNullable<T[Name]> };

/** Settings without optional parts. */
export interface Resolved {
  readonly schemas: Schemas;
  readonly heartbeatMs: number;
  readonly authorize: Authorize;
  readonly retryMs: number | undefined;
  readonly slowConsumer: Omit<Complete<SlowConsumerOptions>, 'key'> & { readonly key: (event: FrameEntry) => string };
  readonly limits: Complete<Limits>;
  readonly origins: readonly string[] | '*';
  readonly hosts: readonly string[] | undefined;
  readonly maxConnectionAgeMs: number | false;
  readonly presenceTtlMs: number;
}

const limits: Manual<Complete<Limits>> = {
  connections: [MAX, 10_000],
  connectionsPerClient: [MAX, 100],
  filters: [MAX, 100],
  eventBytes: [MAX, 1_048_576],
  bufferedBytes: [MAX, 268_435_456],
  replay: ['whole 0..9007199254740991', 100_000],
  replays: [MAX, 32],
  stalledMs: [MS, 60_000],
  authorizeTimeoutMs: [MS, 5_000],
};

const STRATEGIES = '"spill" | "wait" | "drop" | "disconnect" | "conflate"';

const slowConsumer: Manual<Complete<SlowConsumerOptions>> = {
  strategy: [STRATEGIES, 'spill'],
  capacity: [MAX, 200],
  capacityBytes: [MAX, 1_048_576],
  writeTimeoutMs: [MS, 1_000],
  key: ['function', ({ channel, type }) => JSON.stringify([channel, type])],
};

type Settled = Omit<Complete<PushStreamOptions>, 'log' | 'environment' | 'retryMs' | 'hosts' | 'schemas'> & {
  readonly schemas: object;
  readonly retryMs: number | undefined;
  readonly hosts: readonly string[] | undefined;
};

const settings: Manual<Settled> = {
  schemas: ['object', {}],
  heartbeatMs: ['100..600000', 15_000],
  authorize: ['function', () => ({})],
  retryMs: ['whole 0..300000', undefined],
  slowConsumer: [`object | ${STRATEGIES}`, 'spill'],
  limits: ['object', {}],
  origins: ['object | "*"', []],
  hosts: ['object', undefined],
  maxConnectionAgeMs: [`1000..2147483647 | false`, false],
  presenceTtlMs: ['1000..3600000', 30_000],
};

function checkTexts(path: string, given: readonly string[] | '*' | undefined): void {
  if (given === undefined || given === '*') return;
  if (!Array.isArray(given)) throw misuse(path, 'a list of texts', typeof given);
  given.forEach((text, at) => check(`${path}[${at}]`, text, 'string'));
}

/** As browsers write one: nothing else would ever be equal to it. */
function checkOrigins(given: readonly string[] | '*'): void {
  checkTexts('options.origins', given);
  for (const origin of given === '*' ? [] : given) {
    if (URL.canParse(origin) && new URL(origin).origin === origin) continue;
    throw misuse('options.origins', 'origins such as "https://app.example"', show(origin));
  }
}

/** With a port or a scheme nothing would ever be equal to it, and every request foreign. */
function checkHosts(given: readonly string[] | undefined): void {
  checkTexts('options.hosts', given);
  const foreign = given?.find((host) => /\/|[^:]:\d*$/.test(host));
  if (foreign !== undefined)
    throw misuse('options.hosts', 'names without a port, such as "app.example"', show(foreign));
}

/**
 * Defaults and validation, once, at the door.
 *
 * @throws {TypeError | RangeError} For an option that cannot be.
 */
export function resolveSettings(given: object, { reportError }: Environment): Resolved {
  const settled = complete<Settled>('options', given, settings);
  const slow: SlowConsumerOptions | SlowConsumerStrategy = settled.slowConsumer;
  const { key, ...consumer } = complete<Complete<SlowConsumerOptions>>(
    'options.slowConsumer',
    typeof slow === 'string' ? { strategy: slow } : slow,
    slowConsumer,
  );
  checkOrigins(settled.origins);
  checkHosts(settled.hosts);
  return {
    ...settled,
    schemas: checkSchemas(settled.schemas),
    limits: complete('options.limits', settled.limits, limits),
    slowConsumer: {
      ...consumer,
      key(event) {
        try {
          return key(event);
        } catch (error) {
          reportError(error, 'options.slowConsumer.key');
          return JSON.stringify([event.channel, event.type]);
        }
      },
    },
  };
}
