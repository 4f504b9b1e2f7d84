// @vitest-environment node
import { expect, test } from 'vitest';

test('on a server it is imported and asked for without effect: there is no page', async () => {
  const before = Reflect.ownKeys(globalThis);
  const { defineInspector } = await import('pushstream-inspector');
  defineInspector();
  expect('HTMLElement' in globalThis).toBe(false);
  expect(Reflect.ownKeys(globalThis)).toEqual(before);
});
