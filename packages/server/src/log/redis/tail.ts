import type { Environment } from '../../environment.ts';
import { ClosedError, LogUnavailableError } from '../../errors.ts';
import type { LogEntry, LogPage, Position } from '../log.ts';
import type { Reader } from './reader.ts';
import { PAGE, type Store } from './store.ts';

/** How long until Redis is asked again, where it did not answer and nobody has heard of it since. */
const RETRY_MS = 1_000;

/** What tails of one log share. */
export interface TailParts {
  readonly store: Store;
  readonly reader: Reader;
  readonly environment: Environment;
  readonly isClosed: () => boolean;
}

/** While Redis is away it waits: it goes on where it was, or says why it cannot. */
export async function* tailLog(
  { store, reader, environment, isClosed }: TailParts,
  after: Position,
  signal: AbortSignal,
): AsyncGenerator<LogPage, void> {
  let position = after;
  /** Once Redis has vouched for it. */
  let isKnown = false;
  let interrupt: () => void = () => {};
  const aborted = (): void => interrupt();
  const isOver = (): boolean => isClosed() || signal.aborted;

  /** `undefined`: interrupted. A promise that lives as long as the tail would remember every wait. */
  function interruptible<Result>(work: Promise<Result>): Promise<Result | undefined> {
    return new Promise((resolve, reject) => {
      interrupt = () => resolve(undefined);
      work.then(resolve, reject);
    });
  }

  /** `undefined`: not now. */
  async function ask(): Promise<LogPage | undefined> {
    try {
      return (await store.read(position, PAGE)).page;
    } catch (error) {
      if (error instanceof LogUnavailableError || error instanceof ClosedError) return undefined;
      throw error;
    }
  }

  async function wait(changed: Promise<void>, isAway: boolean): Promise<void> {
    let cancel: () => void = () => {};
    const retry = isAway ? [new Promise<void>((resolve) => (cancel = environment.setTimer(resolve, RETRY_MS)))] : [];
    await interruptible(Promise.race([changed, ...retry]));
    cancel();
  }

  signal.addEventListener('abort', aborted);
  try {
    if (!isOver()) reader.start();
    while (!isOver()) {
      // Asked for first: what happens while this looks is not missed.
      const changed = reader.changed();
      const entries: readonly LogEntry[] | undefined = isKnown ? reader.after(position) : undefined;
      const page: LogPage | undefined = entries
        ? { kind: 'entries', epoch: position.epoch, entries }
        : await interruptible(ask());
      if (isOver()) return;
      const seq = page?.kind === 'gap' ? page.head.last : page?.entries.at(-1)?.seq;
      isKnown ||= page !== undefined;
      if (page && seq !== undefined) {
        position = { epoch: page.kind === 'gap' ? page.head.epoch : page.epoch, seq };
        yield page;
      } else if (!page || !reader.isBeyond(position)) {
        await wait(changed, !page);
      }
    }
  } finally {
    signal.removeEventListener('abort', aborted);
  }
}
