/** An object or an array that is nothing but its parts: what a map or a date holds is not among them. */
export function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
}

/** Whether two values are the same, or hold the same things under the same names. */
export function isShallowEqual(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (!isPlain(one) || !isPlain(other) || Array.isArray(one) !== Array.isArray(other)) return false;
  const [first, second] = [new Map(Object.entries(one)), new Map(Object.entries(other))];
  return (
    first.size === second.size &&
    [...first].every(([name, part]) => second.has(name) && Object.is(second.get(name), part))
  );
}

/** What picks a part of a result, and gives the same object again as long as the part is the same. */
export type Picker = <Result, Selected>(
  result: Result,
  select: ((result: Result) => Selected) | undefined,
  isEqual: ((one: Selected, other: Selected) => boolean) | undefined,
) => Selected;

/** A selector may be another function at each call, and make another object: neither is a change. */
export function createPicker(): Picker {
  let last: { readonly result: unknown; readonly select: unknown; readonly selected: unknown } | undefined;
  return <Result, Selected>(
    result: Result,
    select: ((result: Result) => Selected) | undefined,
    isEqual: (one: Selected, other: Selected) => boolean = isShallowEqual,
  ): Selected => {
    // Without a selector the result is what was asked for.
    if (!select) return result as unknown as Selected;
    if (last?.result === result && last.select === select) return last.selected as Selected;
    const next = select(result);
    const selected = last && isEqual(last.selected as Selected, next) ? (last.selected as Selected) : next;
    last = { result, select, selected };
    return selected;
  };
}
