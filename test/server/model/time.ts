import type { Environment as ClientEnvironment } from '../../../packages/client/src/environment.ts';
import { VirtualTime } from '../../../packages/client/src/testing/virtual-time.ts';
import type { Environment } from '../../../packages/server/src/environment.ts';
import type { Random } from '../../support/random.ts';

interface Task {
  readonly dueAt: number;
  readonly run: () => void;
}

/** Virtual time for servers and clients together, in turns of the event loop: the same seed gives the same order. */
export class SharedTime extends VirtualTime {
  readonly #random: Random;
  /** What servers put off until their turn is over. */
  #soon: Array<() => void> = [];
  /** What takes some turns: the network, and the log. */
  #tasks: Task[] = [];
  #turns = 0;
  #tokens = 0;
  /** Called after every turn. */
  watch: () => void = () => {};

  constructor(random: Random) {
    super();
    this.#random = random;
  }

  /** For a client. */
  client(): Partial<ClientEnvironment> {
    return { ...this.environment, random: () => this.#random.next() };
  }

  /** For a server. */
  server(reportError: Environment['reportError']): Environment {
    const { now, monotonicNow, setTimer } = this.environment;
    return {
      now,
      monotonicNow,
      setTimer,
      random: () => this.#random.next(),
      token: () => `t${(this.#tokens += 1)}`,
      soon: (callback) => void this.#soon.push(callback),
      reportError,
    };
  }

  /** Runs it that many turns later. */
  after(turns: number, run: () => void): void {
    this.#tasks.push({ dueAt: this.#turns + turns, run });
  }

  /** Resolves that many turns later; at once for none. */
  async delay(turns: number): Promise<void> {
    if (turns === 0) return;
    await new Promise<void>((resolve) => {
      this.after(turns, resolve);
    });
  }

  /** One turn: every promise settles, and what was put off is done. */
  async turn(): Promise<void> {
    await new Promise<void>((resolve) => void setImmediate(resolve));
    this.#turns += 1;
    for (const callback of this.#soon.splice(0)) callback();
    const due = this.#tasks.filter(({ dueAt }) => dueAt <= this.#turns);
    if (due.length > 0) this.#tasks = this.#tasks.filter(({ dueAt }) => dueAt > this.#turns);
    for (const { run } of due) run();
    this.watch();
  }

  async turns(count: number): Promise<void> {
    for (let turn = 0; turn < count; turn += 1) await this.turn();
  }

  /** Until nothing happens any more without time. */
  async settle(): Promise<void> {
    let turns = 0;
    do {
      await this.turn();
      turns += 1;
      if (turns === 20_000) throw new Error('it does not come to rest');
    } while (this.#soon.length > 0 || this.#tasks.length > 0);
    // What the last ones set off.
    await this.turn();
    if (this.#soon.length > 0 || this.#tasks.length > 0) await this.settle();
  }

  /** `isHasty`: timers fire between two turns, whatever is still on its way. */
  async advance(ms: number, isHasty = false): Promise<void> {
    const end = this.monotonic + ms;
    do await (isHasty ? this.turn() : this.settle());
    while (this.fire(end));
    this.moveTo(Math.max(this.monotonic, end));
  }
}
