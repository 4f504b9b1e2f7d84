import { createElementClass, TAG } from './element.ts';
import { hostRegistry } from './host.ts';

/** Makes `<pushstream-inspector>` an element of the page. Does nothing where it is one already, or on a server. */
export function defineInspector(): void {
  const registry = hostRegistry();
  if (registry && !registry.get(TAG)) registry.define(TAG, createElementClass());
}
