import { memoryLog } from '../../../packages/server/src/index.ts';
import type { Log, LogPage, Position } from '../../../packages/server/src/log/log.ts';
import type { MemoryLogOptions } from '../../../packages/server/src/log/memory.ts';
import type { Shared } from '../../../packages/server/src/log/shared.ts';
import type { TestEnvironment } from '../support.ts';

/** A log that can be lost as a whole, with what is beside it. */
export interface Losable {
  readonly log: Log;
  lose(): void;
}

export function losable(environment: TestEnvironment, options: MemoryLogOptions = {}): Losable {
  let current = memoryLog(options, environment);
  let lost = new AbortController();
  const shared = (): Shared => {
    if (!current.shared) throw new Error('Expected a log that shares, got another');
    return current.shared;
  };
  async function* tail(after: Position, signal: AbortSignal): AsyncGenerator<LogPage, void> {
    let position = after;
    while (!signal.aborted) {
      for await (const page of current.tail(position, AbortSignal.any([signal, lost.signal]))) {
        const seq = page.kind === 'gap' ? page.head.last : (page.entries.at(-1)?.seq ?? position.seq);
        position = { epoch: page.kind === 'gap' ? page.head.epoch : page.epoch, seq };
        yield page;
      }
    }
  }
  return {
    log: {
      publish: (entry) => current.publish(entry),
      head: () => current.head(),
      read: (after, limit) => current.read(after, limit),
      tail,
      close: () => current.close(),
      shared: {
        write: (...words) => shared().write(...words),
        read: (...words) => shared().read(...words),
        claim: (...words) => shared().claim(...words),
        tell: (...words) => shared().tell(...words),
        hear: (...words) => shared().hear(...words),
      },
    },
    lose() {
      const before = lost;
      lost = new AbortController();
      current = memoryLog(options, environment);
      before.abort();
    },
  };
}
