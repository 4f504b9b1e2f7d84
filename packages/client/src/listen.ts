import { check, misuse, show } from './checks.ts';
import type { AnyListener, Dispatcher } from './dispatcher.ts';
import type { Unsubscribe } from './events.ts';
import type { TransportLimit } from './transport/transport.ts';

/**
 * Registers a listener after checking it.
 *
 * @throws {TypeError} Naming what was expected and what came.
 */
export function listen(
  dispatcher: Dispatcher,
  cannot: readonly TransportLimit[],
  name: string,
  listener: AnyListener,
  once = false,
): Unsubscribe {
  check('type', name, 'string');
  if (name === '') throw misuse('type', 'a name or a pattern', '""');
  if (name.split('.').some((segment) => segment !== '*' && segment.includes('*'))) {
    throw misuse('type', '* as a whole segment, such as "task.*"', show(name));
  }
  if (cannot.includes('patterns') && name.includes('*'))
    throw misuse('type', 'the whole name of a type: this transport has to ask for each', show(name));
  check('listener', listener, 'function');
  return dispatcher.on(name, listener, once);
}
