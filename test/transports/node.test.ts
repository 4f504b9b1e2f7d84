import { Agent, createServer } from 'node:http';
import { Agent as HttpsAgent, createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { NetworkError } from '../../packages/client/src/index.ts';
import { type NodeTransportOptions, nodeTransport } from '../../packages/client/src/node/index.ts';
import { httpServer } from '../support/http-server.ts';
import { rawServer, streamHead } from '../support/raw-server.ts';
import { elapse, until } from '../support/until.ts';
import { block, upTo } from './behaviour.ts';
import { cert, key } from './certificate.ts';
import { type Watched, type Watching, watchOn } from './watch.ts';

const watch = (url: string, options?: Watching, agent?: NodeTransportOptions['agent']): Watched =>
  watchOn(nodeTransport(agent && { agent }))(url, options);

/** A server with a certificate that nobody knows. */
async function secureServer(): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createHttpsServer({ key, cert }, (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(block(1));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => {
        server.close(resolve);
      });
      server.closeAllConnections();
      await closed;
    },
  };
}

test('a certificate that nobody knows is a NetworkError, and its code is in the cause', async () => {
  await using server = await secureServer();
  using watched = watch(server.url, { reconnect: false });
  await until(() => watched.client.status === 'closed');
  expect(watched.closes).toEqual([expect.any(NetworkError)]);
  expect(watched.closes[0]?.cause).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
});

test('an agent of node:https may know it', async () => {
  await using server = await secureServer();
  using watched = watch(server.url, {}, new HttpsAgent({ ca: cert }));
  await until(() => watched.data.length === 1);
  expect(watched.events[0]?.origin).toBe(new URL(server.url).origin);
});

test('a port that refuses at every address of a name says so', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  const addresses = ['127.0.0.1', '::1'].map((address, at) => ({ address, family: at === 0 ? 4 : 6 }));
  const agent = new Agent({ lookup: (_name, _options, found) => found(null, addresses) });
  using watched = watch(`http://two.test:${port}/`, { reconnect: false }, agent);
  await until(() => watched.client.status === 'closed');
  expect(watched.closes[0]?.message).toContain('ECONNREFUSED');
  expect(watched.closes[0]?.cause).toMatchObject({ code: 'ECONNREFUSED', errors: expect.any(Array) });
});

test('a function gives the agent for each request, redirects included', async () => {
  await using server = await httpServer(({ target, answer, stream }) => {
    if (target === '/events') answer(307, { Location: '/there' });
    else stream(block(1));
  });
  const asked: string[] = [];
  const agent = new Agent();
  const agentOf = (url: URL): Agent => {
    asked.push(url.href);
    return agent;
  };
  using watched = watch(server.url, {}, agentOf);
  await until(() => watched.data.length === 1);
  expect(asked).toEqual([server.url, `${server.origin}/there`]);
  expect(Object.values(agent.sockets).flat()).toHaveLength(1);
});

test('an agent for the other protocol is a NetworkError that says so', async () => {
  await using server = await httpServer(({ stream }) => stream());
  using watched = watch(server.url, { reconnect: false }, new HttpsAgent());
  await until(() => watched.client.status === 'closed');
  expect(watched.closes[0]?.message).toContain('Protocol "http:" not supported');
});

test('what is no agent throws at once', () => {
  const wrong = [{ agent: 'http://proxy.test' }, { agent: null }, { agents: undefined }] as unknown[];
  for (const options of wrong) expect(() => nodeTransport(options as NodeTransportOptions)).toThrow(TypeError);
  expect(() => nodeTransport({ agent: 5 } as unknown as NodeTransportOptions)).toThrow(
    'options.agent: expected object | function, got 5',
  );
});

test('no encoding is asked for, and one that comes all the same is a failure that names it', async () => {
  await using server = await httpServer(({ number, response, stream }) => {
    if (number > 1) return void stream(block(1));
    response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
    response.write(gzipSync(block(1)));
  });
  using watched = watch(server.url);
  await until(() => watched.data.length === 1);
  expect(server.requests[0]?.headers['accept-encoding']).toBeUndefined();
  expect(watched.errors.map(({ message }) => message)).toEqual([expect.stringContaining('content encoding gzip')]);
  await until(() => server.sockets.size === 1);
});

test('another protocol in the answer is a failure', async () => {
  await using server = await rawServer(({ number, socket }) => {
    if (number > 1) socket.write(`${streamHead('1.0')}${block(1)}`);
    else socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n');
  });
  using watched = watch(server.url);
  await until(() => watched.data.length === 1);
  expect(watched.errors).toEqual([expect.any(NetworkError)]);
});

test('an answer that is no HTTP is a failure', async () => {
  await using server = await rawServer(({ number, socket }) => {
    if (number > 1) socket.write(`${streamHead('1.0')}${block(1)}`);
    else socket.write('SSH-2.0-none\r\n\r\n');
  });
  using watched = watch(server.url);
  await until(() => watched.data.length === 1);
  expect(watched.errors).toEqual([expect.any(NetworkError)]);
});

test('headers that came twice are told as one list', async () => {
  await using server = await rawServer(({ socket }) => socket.write(streamHead('1.0', 'X-A: 1', 'x-a: 2')));
  using watched = watch(server.url);
  await until(() => watched.opens.length === 1);
  expect(watched.opens[0]?.headers.get('X-A')).toBe('1, 2');
});

test('the body of a redirect, of a refusal and of a stream that nobody reads any more holds no socket', async () => {
  await using server = await httpServer(({ target, response }) => {
    const isFirst = target === '/events';
    response.writeHead(isFirst ? 307 : 500, { location: '/there' }).write('x'.repeat(100_000));
  });
  using watched = watch(server.url, { reconnect: false });
  await until(() => watched.client.status === 'closed');
  expect(watched.closes).toEqual([expect.objectContaining({ status: 500 })]);
  await until(() => server.sockets.size === 0);
});

test('rule 6: while the host has its turn, at most one further chunk waits; the server is held back', async () => {
  const event = `data: "${'x'.repeat(1_000)}"\n\n`;
  let sent = 0;
  await using server = await httpServer(({ response, stream }) => {
    const more = (): void => {
      while (!response.destroyed && response.write(event)) sent += 1;
    };
    stream().on('drain', more);
    more();
  });
  let proceed = (): void => {};
  const yieldToHost = (): Promise<void> =>
    new Promise((resolve) => {
      proceed = resolve;
    });
  let now = 0;
  // Every piece takes longer than a slice; the host keeps its turn until it is let go.
  using watched = watch(server.url, {
    environment: { yieldToHost, monotonicNow: () => (now += 100) },
    connectTimeoutMs: 2 ** 31 - 1,
  });
  await until(() => watched.data.length > 0);
  const had = watched.data.length;
  let before = -1;
  // What the kernels take in between is not ours to bound.
  while (sent !== before) {
    before = sent;
    await elapse(100);
  }
  expect(watched.data).toHaveLength(had);
  for (const _ of upTo(3)) {
    const { length } = watched.data;
    proceed();
    await until(() => watched.data.length > length);
    expect(watched.data.length - length).toBeLessThanOrEqual(33);
  }
  watched.client.disconnect();
  proceed();
  await until(() => server.sockets.size === 0);
});

test('a waiting client keeps the process alive, a closed one does not', async () => {
  const { execFile } = await import('node:child_process');
  const script = `
    import { EventClient } from './packages/client/src/index.ts';
    import { nodeTransport } from './packages/client/src/node/index.ts';
    const client = new EventClient(process.argv[1], { transport: nodeTransport() });
    client.lifecycle.on('retry', () => console.log('retry'));
    client.on('message', (data) => { console.log(data); if (data === 2) client.disconnect(); });
    client.connect();
  `;
  await using server = await httpServer(({ number, stream }) => {
    const response = stream(`retry: 1\n${block(number)}`);
    if (number === 1) response.end();
  });
  const out = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, ['--input-type=module', '--eval', script, server.url], (error, stdout) => {
      if (error) reject(error);
      else resolve(stdout);
    });
  });
  expect(out).toBe('1\nretry\n2\n');
});
