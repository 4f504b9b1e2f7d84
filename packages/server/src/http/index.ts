export type { Caller, KeyRing, PublisherKey } from './access.ts';
export { createDemo, type Demo, type DemoOptions, type DemoStatus } from '../demo.ts';
export { createHttpApi, type HttpApi } from './api.ts';
export type { HttpApiOptions, Logger } from './options.ts';
export type { RateLimitOptions } from './rate-limit.ts';
export type { App, NodeBindings } from './router.ts';
export { serve, type Served, type ServeOptions } from './serve.ts';
