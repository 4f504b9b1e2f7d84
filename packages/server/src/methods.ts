import { check } from 'pushstream-protocol';

/** @throws {TypeError} For what cannot do what is asked of it: an address, a list, a function that makes one. */
export function checkMethods(path: string, value: object, methods: readonly string[]): void {
  check(path, value, 'object');
  for (const name of methods) check(`${path}.${name}`, Reflect.get(value, name), 'function');
}
