/**
 * An event server in a process of its own, to be killed and stopped. Its events follow from their
 * ids alone, so that a new process goes on where an old one was killed.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ChildMessage } from './child-server.ts';

const EVENT_EVERY_MS = 10;
const HEARTBEAT_EVERY_MS = 50;

const port = Number(process.argv[2]);
let connections = 0;

const tell = (message: ChildMessage): void => void process.send?.(message);

function serve(response: ServerResponse, lastEventId: number): void {
  connections += 1;
  const connection = connections;
  let id = lastEventId;
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  const events = setInterval(() => {
    id += 1;
    response.write(`id: ${id}\ndata: ${JSON.stringify({ number: id, pid: process.pid, connection })}\n\n`);
  }, EVENT_EVERY_MS);
  const heartbeats = setInterval(() => response.write(':\n'), HEARTBEAT_EVERY_MS);
  response.on('close', () => {
    clearInterval(events);
    clearInterval(heartbeats);
    tell({ type: 'closed', connection });
  });
  response.on('error', () => {});
  tell({ type: 'opened', connection });
}

const server = createServer((request, response) => serve(response, Number(request.headers['last-event-id'] ?? 0)));
server.on('error', () => process.exit(1));
server.listen(port, '127.0.0.1', () => tell({ type: 'listening', port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit());
