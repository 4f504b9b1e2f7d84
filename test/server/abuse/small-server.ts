// A server as a process of its own, whose limits a test may set.
import { createServer } from 'node:http';
import { createPushStream } from '../../../packages/server/src/index.ts';

const push = createPushStream<{ tick: number }>();
const server = createServer(push.handler());
// Running out of files is told here, and must not end the process.
server.on('error', () => {});
server.listen(0, '127.0.0.1', () => process.send?.({ address: server.address() }));
process.on('message', (message: { publish?: number; count?: true; gc?: true }) => {
  if (message.publish !== undefined) void push.publish('tick', message.publish);
  if (message.count) process.send?.({ connections: push.stats().connections });
  if (message.gc) {
    const { gc } = globalThis as { gc?: () => void };
    gc?.();
    gc?.();
    const { heapUsed, external } = process.memoryUsage();
    process.send?.({ bytes: heapUsed + external });
  }
});
