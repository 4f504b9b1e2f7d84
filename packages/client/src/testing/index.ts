export { createTestClock, type TestClock, type TestClockOptions } from './clock.ts';
export type { TestConnection } from './connection.ts';
export type { TestEvent } from './event.ts';
export type { TestRequest } from './request.ts';
export { createTestServer, type TestServer } from './server.ts';
// Not exported: what they are made of. Our own tests let time pass without waiting for promises.
