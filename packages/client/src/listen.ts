import { check, misuse, show } from './checks.ts';
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
  if (name.split('.').some((segment) => segment !== '*' && segment.includes('*'))) {
    throw misuse('type', '* as a whole segment, such as "task.*"', show(name));
  }
  check('listener', listener, 'function');
  return dispatcher.on(name, listener, once);
}
