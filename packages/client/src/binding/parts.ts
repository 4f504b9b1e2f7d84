import type { StreamControls } from './types.ts';

/** Complete, because the type wants each. */
const controls: Record<keyof StreamControls, true> = {
  connect: true,
  disconnect: true,
  reconnect: true,
  pause: true,
  resume: true,
  clear: true,
};

/**
 * A result part by part, for frameworks in which each is something of its own: what to make of a field, and what of a
 * control, which stays whatever stream it is for by the time that it is called. `read` takes it from a result.
 */
export function mapParts<Whole extends StreamControls, Part>(
  result: Whole,
  field: (read: (whole: Whole) => unknown) => Part,
  control: (call: (whole: Whole) => void) => Part,
): Readonly<Record<string, Part>> {
  const isControl = (name: string): name is keyof StreamControls => Object.hasOwn(controls, name);
  return Object.fromEntries(
    Object.keys(result).map((name) => [
      name,
      isControl(name) ? control((whole) => whole[name]()) : field((whole) => Reflect.get(whole, name)),
    ]),
  );
}
