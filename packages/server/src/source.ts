import { complete, type Manual, misuse, MS } from 'pushstream-protocol';
import { type BackoffPolicy, backoffMs } from './backoff.ts';
import { createEmit, type Emit, emitAll } from './emit.ts';
import type { Environment } from './environment.ts';
import { ClosedError } from './errors.ts';
import type { PublishOptions } from './events.ts';
import { isLabel, LABEL_EXPECTED, quote } from './grammar.ts';
import { sleep } from './sleep.ts';

/**
 * Where events come from: an async generator of events, or a function that emits them, also after its
 * promise resolved. The signal is aborted when the server closes, or the source is to start anew.
 */
export type Source<Event> = (signal: AbortSignal, emit: Emit<Event>) => AsyncIterable<Event> | Promise<void>;

/** How a source is kept running. */
export interface SourceOptions {
  /** Names it in reports. @default the function's name, or "source" and a number */
  readonly name?: string | undefined;
  /**
   * First wait after a failure, in milliseconds, half of it random; it doubles until the source ran
   * for ten times as long. @default 1_000
   */
  readonly baseDelayMs?: number | undefined;
  /** Longest wait, in milliseconds. @default 30_000 */
  readonly maxDelayMs?: number | undefined;
}

/** What a source needs of its server. */
export interface SourceContext<Event> {
  readonly environment: Environment;
  /** Publishes; rejects for what cannot be. */
  readonly emit: Emit<Event>;
  /** Called when it starts again after a failure. */
  readonly restarted: (name: string) => void;
  /** Which one of the server it is, from 1. @default 1 */
  readonly number?: number | undefined;
}

/** A source at work. */
export interface RunningSource {
  readonly name: string;
  /** Resolves when it has ended, or does not within 5 seconds, which is reported. Nothing of it is published any more. */
  stop(): Promise<void>;
}

/** As long as a source may take to end. */
const STOP_MS = 5_000;
/** How many first waits it has to run before it counts as healthy. */
const HEALTHY = 10;

type Resolved = { readonly [Name in keyof SourceOptions]-?: NonNullable<SourceOptions[Name]> };

function resolveOptions(options: SourceOptions, fallbackName: string): Resolved {
  const manual: Manual<Resolved> = { name: fallbackName, baseDelayMs: [MS, 1_000], maxDelayMs: [MS, 30_000] };
  const resolved = complete<Resolved>('options', options, manual);
  if (options.name !== undefined && !isLabel(options.name)) {
    throw misuse('options.name', LABEL_EXPECTED, quote(options.name));
  }
  return resolved;
}

const isAsyncIterable = (value: unknown): value is AsyncIterable<never> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

/** A source with what is fixed about it. */
interface Life<Event> {
  readonly source: Source<Event>;
  readonly context: SourceContext<Event>;
  readonly backoff: BackoffPolicy;
  /** Names it in reports. */
  readonly where: string;
  /** Aborted when it is stopped. */
  readonly stopping: AbortSignal;
}

/** True: it came to its end. False: it failed, and is to start anew. */
async function run<Event extends PublishOptions>(life: Life<Event>): Promise<boolean> {
  const { source, context, where, stopping } = life;
  const current = new AbortController();
  const { signal } = current;
  stopping.addEventListener('abort', () => current.abort(stopping.reason), { signal });
  const emit = createEmit({ ...life, ...context, signal });
  try {
    const result: unknown = source(signal, emit);
    if (isAsyncIterable(result)) await emitAll(result, emit, signal);
    else if (typeof Object(result).then === 'function') await result;
    else {
      // It would be the same again.
      const error = misuse(where, 'an async iterable or a promise', quote(result));
      context.environment.reportError(error, where);
      current.abort(error);
    }
    return true;
  } catch (error) {
    // What it ends with because it was told to is no failure.
    const isExpected = error instanceof ClosedError || (signal.aborted && Object(error).name === 'AbortError');
    if (!isExpected) context.environment.reportError(error, where);
    // Whatever it left behind is over, too.
    current.abort(error);
    return isExpected || stopping.aborted;
  }
}

/** Runs it again and again, until it comes to its end or is stopped. */
async function keepRunning<Event extends PublishOptions>(life: Life<Event>, restarted: () => void): Promise<void> {
  const { backoff, stopping } = life;
  const { environment } = life.context;
  for (let failures = 0; !stopping.aborted; failures += 1) {
    const startedAt = environment.monotonicNow();
    if (await run(life)) return;
    if (environment.monotonicNow() - startedAt >= HEALTHY * backoff.baseDelayMs) failures = 0;
    await sleep(environment, backoffMs(failures, backoff, environment.random()), stopping);
    if (!stopping.aborted) restarted();
  }
}

/**
 * Runs a source until it is stopped or comes to its end, and again whenever it fails. Each failure is
 * reported; none gets out.
 *
 * @throws {TypeError} For what is no function, and for options that cannot be.
 */
export function runSource<Event extends PublishOptions>(
  source: Source<Event>,
  options: SourceOptions,
  context: SourceContext<Event>,
): RunningSource {
  if (typeof source !== 'function') throw misuse('source', 'a function', quote(source));
  const { name, ...backoff } = resolveOptions(options, source.name || `source ${context.number ?? 1}`);
  const { environment } = context;
  const where = `source ${quote(name)}`;
  const stopping = new AbortController();

  // Not before the server that it may want to use has a name.
  const life = { source, context, backoff, where, stopping: stopping.signal };
  const ended = Promise.resolve().then(() => keepRunning(life, () => context.restarted(name)));

  async function stop(): Promise<void> {
    stopping.abort(new ClosedError());
    const patience = new AbortController();
    const late = sleep(environment, STOP_MS, patience.signal).then(() => !patience.signal.aborted);
    const isLate = await Promise.race([ended.then(() => false), late]);
    patience.abort();
    if (!isLate) return;
    environment.reportError(misuse(where, `an end within ${STOP_MS} ms of being stopped`, 'none', Error), where);
  }

  let stopped: Promise<void> | undefined;
  return { name, stop: () => (stopped ??= stop()) };
}
