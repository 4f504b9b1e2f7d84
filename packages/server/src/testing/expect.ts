/** Of a long text what surrounds a place. */
function around(text: string, at: number): string {
  const from = Math.max(0, at - 60);
  const to = at + 120;
  return `${from > 0 ? '…' : ''}${text.slice(from, to)}${to < text.length ? '…' : ''}`;
}

/** One text for what is the same data: names in order, without what is `undefined`. */
function canonical(value: unknown): string {
  const text: string | undefined = JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
  return text ?? 'undefined';
}

/** Every failure has this form. */
export function fail(what: string, expected: string, got: string): never {
  throw new Error(`${what}: expected ${expected}, got ${got}`);
}

/** Holds data to other data. */
export function equal(what: string, got: unknown, expected: unknown): void {
  const [has, wants] = [canonical(got), canonical(expected)];
  if (has === wants) return;
  let at = 0;
  while (has[at] === wants[at]) at += 1;
  fail(what, around(wants, at), around(has, at));
}

/** Holds a promise to a rejection with one of the server's errors, by its code: classes differ where a package is there twice. */
export async function rejects(what: string, promise: Promise<unknown>, code: string): Promise<void> {
  const expected = `a rejection with the code ${JSON.stringify(code)}`;
  const error: unknown = await promise.then(
    (value) => fail(what, expected, canonical(value)),
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error) || !('code' in error) || error.code !== code) fail(what, expected, String(error));
}
