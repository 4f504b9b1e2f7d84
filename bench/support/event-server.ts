/**
 * A child process with an IPC channel: answers every request with the same stream, as many events as its argument says,
 * and ends it. It tells its port to the parent and leaves with it.
 */
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const WRITE_BYTES = 64 * 1024;

/** One event of about 120 bytes. */
function block(index: number): string {
  const data = `{"taskId":"task-${index % 977}","percentage":${index % 101},"step":"uploading part ${index % 13}"}`;
  return `id: k3Jx.${index}\nevent: task.progress\ndata: ${data}\n\n`;
}

/** Encoded once: the server's work is to write. The cuts fall anywhere in an event. */
function encode(events: number): Buffer[] {
  const stream = Buffer.from(Array.from({ length: events }, (_, index) => block(index)).join(''));
  return Array.from({ length: Math.ceil(stream.length / WRITE_BYTES) }, (_, at) =>
    stream.subarray(at * WRITE_BYTES, (at + 1) * WRITE_BYTES),
  );
}

const writes = encode(Number(process.argv[2]));

async function serve(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  // A reader that leaves early, at the last event, is no failure.
  await pipeline(Readable.from(writes), response).catch(() => undefined);
}

const server = createServer((_, response) => void serve(response));
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') process.send?.(address.port);
});
