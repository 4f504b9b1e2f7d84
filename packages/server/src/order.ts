import type { NewEntry } from './log/log.ts';

/** The type of entries that are orders: reserved, so nobody can publish one, and no stream gets it. */
export const ORDER = 'pushstream.order';

/** What every instance is to do with its streams. */
export interface Order {
  /** `kill`: sessions are not to come back. `revoke`: they have to be authorised again. */
  readonly kind: 'kill' | 'revoke';
  /** Who is meant. */
  readonly whom: readonly string[];
}

/** An order as it is stored; `by`: the instance that has carried it out already. */
export const orderEntry = ({ kind, whom }: Order, by: string): NewEntry => ({
  type: ORDER,
  channel: ORDER,
  data: JSON.stringify({ by, kind, whom }),
});

/**
 * What a log has may have been written by anybody: it is checked again.
 *
 * @throws {Error} For what is no order.
 */
export function readOrder(data: string): Order & { readonly by: unknown } {
  const { by, kind, whom }: Record<string, unknown> = { ...Object(JSON.parse(data)) };
  const names: readonly unknown[] = Array.isArray(whom) ? whom : [undefined];
  if ((kind !== 'kill' && kind !== 'revoke') || !names.every((name) => typeof name === 'string')) {
    throw new Error('Expected an order, got something else');
  }
  return { by, kind, whom: names };
}
