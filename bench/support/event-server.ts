/**
 * A child process with an IPC channel: answers every request with the same stream, as many events as its argument says,
 * and ends it; `/one-write` with all of it in one write, `/page` with an empty page to read it from. It tells its port
 * to the parent and leaves with it.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const WRITE_BYTES = 64 * 1024;

/** One event of about 120 bytes. */
function block(index: number): string {
  const data = `{"taskId":"task-${index % 977}","percentage":${index % 101},"step":"uploading part ${index % 13}"}`;
  return `id: k3Jx.${index}\nevent: task.progress\ndata: ${data}\n\n`;
}

/** Encoded once: the server's work is to write. */
const stream = Buffer.from(Array.from({ length: Number(process.argv[2]) }, (_, index) => block(index)).join(''));
/** The cuts fall anywhere in an event. */
const writes = Array.from({ length: Math.ceil(stream.length / WRITE_BYTES) }, (_, at) =>
  stream.subarray(at * WRITE_BYTES, (at + 1) * WRITE_BYTES),
);

async function serve({ url }: IncomingMessage, response: ServerResponse): Promise<void> {
  if (url === '/page') {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>bench</title>');
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  // A reader that leaves early, at the last event, is no failure.
  await pipeline(Readable.from(url === '/one-write' ? [stream] : writes), response).catch(() => undefined);
}

const server = createServer((request, response) => void serve(request, response));
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') process.send?.(address.port);
});
