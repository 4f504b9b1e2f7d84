/**
 * A result part by part, for frameworks in which each is something of its own: what to make of a field, and what of a
 * function, which stays whatever stream it is for by the time that it is called. `read` takes it from a result.
 */
export function mapParts<Whole extends object, Part>(
  result: Whole,
  field: (read: (whole: Whole) => unknown) => Part,
  control: (call: (whole: Whole) => void) => Part,
): Readonly<Record<string, Part>> {
  return Object.fromEntries(
    Object.entries(result).map(([name, part]: [string, unknown]) => {
      const read = (whole: Whole): unknown => Reflect.get(whole, name);
      const call = (whole: Whole): void => {
        const run = read(whole);
        if (typeof run === 'function') run();
      };
      return [name, typeof part === 'function' ? control(call) : field(read)];
    }),
  );
}
