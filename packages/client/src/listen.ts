import { check, misuse } from './checks.ts';
import type { AnyListener, Dispatcher } from './dispatcher.ts';
import type { Unsubscribe } from './events.ts';

/**
 * Registers a listener after checking it.
 *
 * @throws {TypeError} Naming what was expected and what came.
 */
export function listen(dispatcher: Dispatcher, name: string, listener: AnyListener, once = false): Unsubscribe {
  check('type', name, 'string');
  if (name === '') throw misuse('type', 'a name or a pattern', '""');
  check('listener', listener, 'function');
  return dispatcher.on(name, listener, once);
}
