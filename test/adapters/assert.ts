/** Fails unless both are the same as far as JSON goes; `undefined` counts. Runs in any page, without a test runner. */
export function equal(actual: unknown, expected: unknown): void {
  const [got, wanted] = [actual, expected].map((value) =>
    JSON.stringify(value, (_name, part: unknown) => (part === undefined ? '(undefined)' : part)),
  );
  if (got !== wanted) throw new Error(`expected ${wanted}, got ${got}`);
}
