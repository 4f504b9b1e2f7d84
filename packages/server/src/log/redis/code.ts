/** Refusals that another server, or the same one later, will not give: the address may lead there by now. */
const ELSEWHERE: ReadonlySet<string | undefined> = new Set([
  'READONLY',
  'LOADING',
  'MASTERDOWN',
  'NOREPLICAS',
  'CLUSTERDOWN',
  'MOVED',
  'UNBLOCKED',
]);

/** What went wrong, in words. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What Redis calls it: the first word; before Redis 7 the one behind where in a script it was. `undefined`: not Redis. */
export function codeOf(error: unknown): string | undefined {
  const message = messageOf(error);
  return (/ -([A-Z]+)\b/.exec(message) ?? /^([A-Z]+)\b/.exec(message))?.[1];
}

/** Whether it is worth a new connection. */
export const isForElsewhere = (error: unknown): boolean => ELSEWHERE.has(codeOf(error));
