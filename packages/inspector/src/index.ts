export { defineInspector } from './define.ts';
export { inspect, type InspectOptions } from './inspect.ts';
export type { InspectorElement } from './element.ts';
export type { InspectedClient } from './recorder.ts';
export type { InspectorEnvironment } from './environment.ts';
