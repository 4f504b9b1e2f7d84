import { check, misuse, show } from 'pushstream-protocol';
import type { AnyListener, Dispatcher } from './dispatcher.ts';
import type { Unsubscribe } from './events.ts';
import type { TransportLimit } from './transport/transport.ts';

/** Where to listen, and what its transport cannot do. */
interface Source {
  readonly events: Dispatcher;
  readonly cannot: readonly TransportLimit[];
}

/** @throws {TypeError} Naming what was expected and what came. */
function checkListener(cannot: readonly TransportLimit[], name: string, listener: AnyListener): void {
  check('type', name, 'string');
  if (name === '') throw misuse('type', 'a name or a pattern', '""');
  if (name.split('.').some((segment) => segment !== '*' && segment.includes('*'))) {
    throw misuse('type', '* as a whole segment, such as "task.*"', show(name));
  }
  if (cannot.includes('patterns') && name.includes('*'))
    throw misuse('type', 'the whole name of a type: this transport has to ask for each', show(name));
  check('listener', listener, 'function');
}

/**
 * Registers a listener after checking it.
 *
 * @throws {TypeError} Naming what was expected and what came.
 */
export function listen({ events, cannot }: Source, name: string, listener: AnyListener, once = false): Unsubscribe {
  checkListener(cannot, name, listener);
  return events.on(name, listener, once);
}

/**
 * Registers listeners of this house, all or none: `off` does not end them. Returns what does.
 *
 * @throws {TypeError} Naming what was expected and what came.
 */
export function listenAll(
  { events, cannot }: Source,
  listeners: readonly (readonly [name: string, listener: AnyListener])[],
): Unsubscribe {
  for (const [name, listener] of listeners) checkListener(cannot, name, listener);
  const ends = listeners.map(([name, listener]) => events.on(name, listener, false, true));
  return () => ends.forEach((end) => end());
}
