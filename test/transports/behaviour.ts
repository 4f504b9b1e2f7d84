import type { TransportLimit } from '../../packages/client/src/index.ts';
import type { Watch } from './watch.ts';

/** One promise that a client keeps over real sockets, whatever its transport. */
export interface Behaviour {
  /** A sentence that could stand in the documentation. */
  readonly says: string;
  /** Without any of these it cannot be kept. */
  readonly needs: readonly TransportLimit[];
  readonly prove: (watch: Watch) => Promise<void>;
}

export const behaviour = (
  says: string,
  prove: (watch: Watch) => Promise<void>,
  needs: readonly TransportLimit[] = [],
): Behaviour => ({ says, needs, prove });

export const block = (id: number): string => `id: ${id}\ndata: ${id}\n\n`;

/** The blocks of these ids, both included. */
export const blocks = (from: number, to: number): string =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => block(from + at)).join('');

export const upTo = (length: number): number[] => Array.from({ length }, (_, at) => at + 1);

/** Where a request wants to resume, by header or query. */
export function cursorOf({ target, lastEventId }: { target: string; lastEventId: string | undefined }): string | null {
  return lastEventId ?? new URL(target, 'http://any.test').searchParams.get('lastEventId');
}
