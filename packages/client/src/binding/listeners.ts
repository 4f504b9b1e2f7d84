import { check } from 'pushstream-protocol';
import type { StreamEvent } from '../events.ts';
import { listenAll } from '../listen.ts';
import type { Stream } from '../stream.ts';
import type { AnyOptions } from './source.ts';

type AnyListener = (data: unknown, event: StreamEvent) => void;

/** By type; none may be said as `undefined`. */
export type ListenersByType = ReadonlyMap<string, AnyListener>;

/** @throws {TypeError} For what is no function. */
export function listenersOf({ on }: AnyOptions): ListenersByType {
  const given = Object.entries<unknown>({ ...on }).filter(([, listener]) => listener !== undefined);
  for (const [type, listener] of given) check(`options.on.${type}`, listener, 'function');
  return new Map(given as [string, AnyListener][]);
}

/** Follows listeners that change: what stays is not touched, so that an event that is being dispatched reaches it. */
export function listenToNewest(stream: Stream, newest: () => ListenersByType): { look(): void; end(): void } {
  const ends = new Map<string, () => void>();
  function keep(types: { has(type: string): boolean }): void {
    for (const [type, end] of ends) {
      if (types.has(type)) continue;
      ends.delete(type);
      end();
    }
  }
  return {
    look() {
      const types = newest();
      keep(types);
      for (const type of types.keys()) {
        if (ends.has(type)) continue;
        const call: AnyListener = (data, event) => newest().get(type)?.(data, event);
        ends.set(type, listenAll(stream, [[type, call]]));
      }
    },
    end: () => keep(new Set()),
  };
}
