import { defineInspector } from './define.ts';
import { type InspectorElement, TAG } from './element.ts';
import { hostDocument } from './host.ts';
import type { InspectedClient } from './recorder.ts';

/** Where an inspector is put. */
export interface InspectOptions {
  /** Where it is appended. @default document.body */
  readonly parent?: ParentNode & Node;
}

/**
 * Shows a client: defines the element, makes one and appends it. `element.remove()` ends it.
 *
 * @throws {TypeError} For what is no client.
 */
export function inspect(client: InspectedClient, options: InspectOptions = {}): InspectorElement {
  defineInspector();
  const element = hostDocument().createElement(TAG);
  element.client = client;
  (options.parent ?? hostDocument().body).append(element);
  return element;
}
