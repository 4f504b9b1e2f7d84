import type { Environment } from '../../environment.ts';
import { ClosedError, LogUnavailableError } from '../../errors.ts';
import type { RedisConnection } from './connection.ts';
import { createLink } from './link.ts';
import { codeOf, isForElsewhere, messageOf } from './code.ts';
import { SCRIPT } from './script.ts';

/** How long an answer is waited for, in milliseconds. */
const PATIENCE_MS = 5_000;
/** How long a call waits for a connection, in milliseconds; where there was none for so long, it fails at once. */
const GRACE_MS = 2_000;
/** Calls at the same time, sent or not. */
const MAX_PENDING = 65_536;
/** How long calls that were sent are waited for at the end, in milliseconds. */
const CLOSING_MS = 1_000;

/** Calls of the script, and other commands: in the order in which they are asked for, each at most once. */
export interface Calls {
  /** @throws {LogUnavailableError} Within seconds, where Redis does not answer. */
  call(keys: readonly string[], args: readonly string[]): Promise<unknown>;
  /** As `call`, for a command as Redis has it. */
  command(words: readonly string[]): Promise<unknown>;
  /** Gives up its connection for another one; what was sent fails. */
  drop(reason: Error): void;
  /** What was sent may still be answered; what was not is refused. */
  close(): Promise<void>;
}

interface Call {
  readonly words: readonly string[];
  /** Words for the script, and no command of their own. */
  readonly isScript: boolean;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
  isSettled: boolean;
}

export function createCalls(create: () => RedisConnection, environment: Environment): Calls {
  /** What was not sent yet. */
  let waiting: Call[] = [];
  /** What was sent and refused: the server had forgotten the script, so nothing was done. */
  const refused: Call[] = [];
  let sent = 0;
  let connection: RedisConnection | undefined;
  let sha = '';
  let isClosed = false;
  /** Nothing is sent until the script is known again, or nobody could tell the order. */
  let isHeld = false;
  let reason: unknown;
  let isAway = false;
  let cancelGrace: (() => void) | undefined;
  let emptied: () => void = () => {};

  const link = createLink(create, { prepare, up, down }, environment);

  async function prepare(one: RedisConnection): Promise<void> {
    sha = String(await one.sendCommand(['SCRIPT', 'LOAD', SCRIPT]));
  }

  function up(one: RedisConnection): void {
    cancelGrace?.();
    cancelGrace = undefined;
    [connection, isAway, isHeld] = [one, false, false];
    pump();
  }

  function down(error: unknown): void {
    [connection, reason] = [undefined, error];
    waiting = [...refused.splice(0), ...waiting];
    awaitGrace();
  }

  /** From now on who has no connection waits so long, all together. */
  function awaitGrace(): void {
    if (isAway || isClosed) return;
    cancelGrace ??= environment.setTimer(() => {
      isAway = true;
      for (const call of waiting.splice(0)) call.reject(unavailable('a connection'));
    }, GRACE_MS);
  }

  const unavailable = (expected: string, cause: unknown = reason): Error =>
    isClosed
      ? new ClosedError()
      : new LogUnavailableError(`Expected ${expected} from Redis, got ${codeOf(cause) ?? 'none'}`, { cause });

  function pump(): void {
    const to = connection;
    if (!to || isHeld) return;
    for (const call of waiting.splice(0)) if (!call.isSettled) send(call, to);
  }

  function send(call: Call, to: RedisConnection): void {
    sent += 1;
    to.sendCommand(call.isScript ? ['EVALSHA', sha, ...call.words] : call.words)
      .then(call.resolve, (error: unknown) => fail(call, to, error))
      .finally(() => {
        sent -= 1;
        if (sent > 0) return;
        emptied();
        if (isHeld && to === connection) void relearn(to);
      });
  }

  function fail(call: Call, from: RedisConnection, error: unknown): void {
    if (codeOf(error) === 'NOSCRIPT' && from === connection) {
      isHeld = true;
      refused.push(call);
      return;
    }
    call.reject(unavailable('an answer', error));
    if (isForElsewhere(error) && from === connection) link.drop(new Error(messageOf(error)));
  }

  async function relearn(to: RedisConnection): Promise<void> {
    try {
      await prepare(to);
    } catch (error) {
      // Without the script it is of no use.
      if (to === connection) link.drop(new Error(messageOf(error)));
      return;
    }
    if (to !== connection) return;
    waiting = [...refused.splice(0), ...waiting];
    isHeld = false;
    pump();
  }

  /** A call that is settled in time, by whomever. */
  function enqueue(
    { words, isScript }: Pick<Call, 'words' | 'isScript'>,
    resolve: (answer: unknown) => void,
    reject: (error: unknown) => void,
  ): void {
    const settle = (): void => {
      cancel();
      call.isSettled = true;
    };
    const call: Call = {
      words,
      isScript,
      isSettled: false,
      resolve(answer) {
        settle();
        resolve(answer);
      },
      reject(error) {
        settle();
        reject(error);
      },
    };
    const cancel = environment.setTimer(() => {
      const silence = new Error('Expected an answer from Redis, got silence');
      call.reject(unavailable('an answer in time', silence));
      link.drop(silence);
    }, PATIENCE_MS);
    waiting.push(call);
    pump();
  }

  function ask(what: Pick<Call, 'words' | 'isScript'>): Promise<unknown> {
    if (isClosed) return Promise.reject(new ClosedError());
    if (isAway || waiting.length + sent >= MAX_PENDING) return Promise.reject(unavailable('a connection'));
    if (!connection) awaitGrace();
    link.start();
    return new Promise((resolve, reject) => enqueue(what, resolve, reject));
  }

  return {
    call: (keys, args) => ask({ words: [String(keys.length), ...keys, ...args], isScript: true }),
    command: (words) => ask({ words, isScript: false }),
    drop: (cause) => link.drop(cause),
    async close() {
      isClosed = true;
      cancelGrace?.();
      for (const call of [...refused.splice(0), ...waiting.splice(0)]) call.reject(new ClosedError());
      if (sent > 0) {
        await new Promise<void>((resolve) => {
          const cancel = environment.setTimer(resolve, CLOSING_MS);
          emptied = () => {
            cancel();
            resolve();
          };
        });
      }
      await link.close();
    },
  };
}
