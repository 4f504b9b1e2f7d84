// Serves a hub in any runtime, and does what it is told on standard input: a line of JSON, an answer each.
import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { createPushStream, memoryLog } from 'pushstream-server';

const [, , hostName, heartbeatMs] = process.argv;
const log = memoryLog({ maxEvents: 100_000, maxBytes: 100_000_000 });
const push = createPushStream({ log, heartbeatMs: Number(heartbeatMs) });

const listening = { port: 0, hostname: '127.0.0.1' };
/** In seconds; with less than four Bun counts strangely. */
const idleTimeout = 5;

function listen(server) {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const close = () => new Promise((closed) => server.close(() => closed()));
      resolve({ port: server.address().port, close });
    });
  });
}

/** Ways to serve it, each to its port and what closes it. */
const hosts = {
  'node:http': () => listen(createServer(push.handler())),
  'node:http2': () => listen(createHttp2Server(push.handler())),
  'Bun.serve'() {
    const server = globalThis.Bun.serve({ ...listening, idleTimeout, fetch: push.fetch });
    return { port: server.port, close: () => server.stop() };
  },
  'Bun.serve, with a function around it'() {
    const server = globalThis.Bun.serve({ ...listening, idleTimeout, fetch: (request) => push.fetch(request) });
    return { port: server.port, close: () => server.stop() };
  },
  'Deno.serve'() {
    const server = globalThis.Deno.serve({ ...listening, onListen() {} }, push.fetch);
    return { port: server.addr.port, close: () => server.shutdown() };
  },
};

const version = process.versions.bun ?? process.versions.deno ?? process.version;
const { port, close } = await hosts[hostName]();

const calls = {
  async publish(from, to, pad) {
    const padding = 'x'.repeat(pad);
    for (let n = from; n <= to; n += 1) await push.publish('tick', pad > 0 ? { n, padding } : n);
    return push.cursor();
  },
  watch: () => ({ sessions: push.sessions(), stats: push.stats(), rss: process.memoryUsage().rss }),
  async close() {
    await push.close();
    await close();
  },
};

const lines = createInterface({ input: process.stdin });
// When it ends, nothing else may keep the process.
lines.on('line', async (line) => {
  const [name, ...args] = JSON.parse(line);
  const result = (await calls[name](...args)) ?? null;
  console.log(JSON.stringify(result));
});
console.log(JSON.stringify({ version, port }));
