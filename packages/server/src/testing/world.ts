import { hostEnvironment } from '../host.ts';
import type { Log, Position } from '../log/log.ts';
import { fail } from './expect.ts';
import { Follower } from './follower.ts';
import type { LogHarness, LogHarnessOptions, Power } from './harness.ts';
import { turn } from './turn.ts';

const PATIENCE_MS = 10_000;
/** Enough for a request to a store on the same machine. */
const MOMENT_MS = 20;

/** What one behaviour may do to an engine; its logs and tails end with it. */
export class World {
  readonly #harness: LogHarness;
  readonly #logs = new Set<Log>();
  readonly #followers: Follower[] = [];

  constructor(harness: LogHarness) {
    this.#harness = harness;
  }

  async create(options?: LogHarnessOptions): Promise<Log> {
    return this.#keep(await this.#harness.create(options));
  }

  async join(log: Log): Promise<Log> {
    return this.#keep((await this.#harness.join?.(log)) ?? this.#lacks('join'));
  }

  async wipe(log: Log): Promise<Log> {
    return this.#keep((await this.#harness.wipe?.(log)) ?? this.#lacks('wipe'));
  }

  async trim(log: Log, keep: number): Promise<void> {
    await (this.#harness.trim ?? this.#lacks('trim')).call(this.#harness, log, keep);
  }

  async advance(ms: number): Promise<void> {
    await (this.#harness.advance ?? this.#lacks('advance')).call(this.#harness, ms);
  }

  /** A tail behind a position. */
  follow(log: Log, after: Position, controller?: AbortController): Follower {
    const follower = new Follower(log, after, controller);
    this.#followers.push(follower);
    return follower;
  }

  /** Turns of the event loop. */
  async turns(count: number): Promise<void> {
    for (let left = count; left > 0; left -= 1) await turn();
  }

  /** Long enough for a tail to have nothing left but to wait. No timer, so that the process lives on. */
  async moment(): Promise<void> {
    const end = hostEnvironment.monotonicNow() + MOMENT_MS;
    while (hostEnvironment.monotonicNow() < end) await turn();
  }

  /** What seems to take so long. */
  pending(): string {
    const waiting = this.#followers.filter(({ isWaiting }) => isWaiting).map(({ position }) => position.seq);
    return waiting.length > 0 ? `tails that wait at ${waiting.join(', ')}` : 'none';
  }

  /** Ends what is left. */
  async end(): Promise<void> {
    for (const follower of this.#followers) follower.abort();
    await Promise.all([...this.#logs].map((log) => log.close()));
  }

  #keep(log: Log): Log {
    this.#logs.add(log);
    return log;
  }

  #lacks(power: Power): never {
    return fail('the harness', power, 'none: a behaviour needs it and does not say so');
  }
}

/** Runs a behaviour in a world of its own, and ends that in any case. */
export async function inWorld(harness: LogHarness, prove: (world: World) => Promise<void>): Promise<void> {
  const { patienceMs = PATIENCE_MS } = harness;
  const world = new World(harness);
  let cancel = (): void => {};
  const impatience = new Promise<never>((_, reject) => {
    const lose = (): void => reject(new Error(`expected an end within ${patienceMs} ms, got ${world.pending()}`));
    cancel = hostEnvironment.setTimer(lose, patienceMs);
  });
  try {
    await Promise.race([prove(world).then(() => world.end()), impatience]);
  } catch (error) {
    // Already failed: what fails at the end is no news, and what hangs there is not waited for.
    world.end().catch(() => {});
    throw error;
  } finally {
    cancel();
  }
}
