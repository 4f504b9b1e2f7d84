import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { type Balancer, type BalancerOptions, startBalancer } from '../../playground/cluster/balancer.ts';
import { type Cluster, startCluster } from '../../playground/cluster/cluster.ts';
import type { Instance } from '../../playground/cluster/instance.ts';
import { hasRedis } from '../support/redis.ts';
import { elapse, until } from '../support/until.ts';

const file = fileURLToPath(new URL('cluster-process.ts', import.meta.url));

async function eventually(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await condition()) return;
    await elapse(50);
  }
  throw new Error(`Expected at last: ${condition.toString()}`);
}

/** Tells every connection its name, then says back what it is told; answers probes, if they are HTTP. */
interface Upstream {
  readonly port: number;
  readonly sockets: Set<Socket>;
  status: number | 'silent';
  close(): Promise<void>;
}

async function upstream(name: string): Promise<Upstream> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (bytes) => {
      const isProbe = String(bytes).startsWith('GET /health/');
      if (isProbe && made.status !== 'silent') socket.end(`HTTP/1.1 ${made.status} x\r\ncontent-length: 0\r\n\r\n`);
      if (isProbe) return;
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.write(name);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const made: Upstream = {
    port: (server.address() as AddressInfo).port,
    sockets,
    status: 200,
    async close() {
      if (!server.listening) return;
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
  onTestFinished(() => made.close());
  return made;
}

async function balance(ports: readonly number[], options: Partial<BalancerOptions> = {}): Promise<Balancer> {
  const balancer = await startBalancer({ ports: () => ports, everyMs: 20, patienceMs: 2_000, ...options });
  onTestFinished(() => balancer[Symbol.asyncDispose]());
  return balancer;
}

/** Who answers, and the connection to him. */
async function visit({ port }: Balancer): Promise<{ readonly name: string; readonly socket: Socket }> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  socket.write('hello');
  const [bytes] = await Promise.race([once(socket, 'data'), once(socket, 'close').then(() => ['nobody'])]);
  return { name: String(bytes), socket };
}

const visits = async (balancer: Balancer, count: number): Promise<string[]> => {
  const names: string[] = [];
  for (let n = 0; n < count; n += 1) names.push((await visit(balancer)).name);
  return names.sort();
};

describe('the balancer', () => {
  test('spreads connections over all that are ready', async () => {
    const [a, b, c] = [await upstream('a'), await upstream('b'), await upstream('c')];
    expect(await visits(await balance([a.port, b.port, c.port]), 6)).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
  });

  test('goes to the next one where nobody listens', async () => {
    const [a, b] = [await upstream('a'), await upstream('b')];
    const balancer = await balance([a.port, b.port], { everyMs: 60_000 });
    await a.close();
    expect(await visits(balancer, 4)).toEqual(['b', 'b', 'b', 'b']);
  });

  test('sends nobody to one that says it is not ready, and leaves its connections alone', async () => {
    const [a, b] = [await upstream('a'), await upstream('b')];
    const balancer = await balance([a.port, b.port]);
    await visits(balancer, 2);
    a.status = 503;
    await until(() => balancer.health(a.port) === 'alive');
    expect(await visits(balancer, 3)).toEqual(['b', 'b', 'b']);
    expect(a.sockets.size).toBe(1);
  });

  test('where nobody is ready, goes to who lives: he says why', async () => {
    const a = await upstream('a');
    const balancer = await balance([a.port]);
    a.status = 503;
    await until(() => balancer.health(a.port) === 'alive');
    expect(await visits(balancer, 2)).toEqual(['a', 'a']);
  });

  test('cuts the connections of one that stands still', async () => {
    const [a, b] = [await upstream('a'), await upstream('b')];
    const balancer = await balance([a.port, b.port], { patienceMs: 500 });
    const connections = [await visit(balancer), await visit(balancer)];
    a.status = 'silent';
    await until(() => connections.find(({ name }) => name === 'a')?.socket.destroyed);
    expect(connections.find(({ name }) => name === 'b')?.socket.destroyed).toBe(false);
    a.status = 200;
    await until(() => balancer.health(a.port) === 'ready');
    expect(await visits(balancer, 2)).toEqual(['a', 'b']);
  });

  test.each(['end', 'destroy', 'resetAndDestroy'] as const)('passes on that either side has gone (%s)', async (how) => {
    const a = await upstream('a');
    const balancer = await balance([a.port]);
    const first = await visit(balancer);
    for (const socket of a.sockets) socket[how]();
    await until(() => first.socket.destroyed && a.sockets.size === 0);
    const second = await visit(balancer);
    second.socket[how]();
    await until(() => a.sockets.size === 0 && balancer.connections === 0);
  });

  test('closes the connection where there is nobody at all', async () => {
    expect(await visits(await balance([]), 1)).toEqual(['nobody']);
  });
});

describe.skipIf(!hasRedis)('a cluster', () => {
  let cluster: Cluster | undefined;
  afterEach(() => cluster?.[Symbol.asyncDispose]());

  const publish = (url: string, apiKey: string): Promise<Response> =>
    fetch(`${url}/publish/news`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: '{"type":"hello","data":1}',
    });

  /** By whom is there; what is on its way to who is not may be lost. */
  async function publishes({ url, apiKey }: Pick<Cluster, 'url' | 'apiKey'>): Promise<void> {
    await eventually(async () => (await publish(url, apiKey).catch(() => undefined))?.status === 202);
  }

  const isThere = (pid: number | undefined): boolean => {
    try {
      return pid !== undefined && process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  test('lets pages of its origins read', async () => {
    const origin = 'http://localhost:4310';
    cluster = await startCluster({ instances: 1, origins: ['http://127.0.0.1:4310', origin] });
    const answer = await fetch(`${cluster.url}/events`, { headers: { origin } });
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    await answer.body?.cancel();
  });

  test('tells what becomes of its instances: killed, started, drained', async () => {
    cluster = await startCluster({ instances: 2, drainMs: 0 });
    const { instances } = cluster;
    const [a, b] = instances as unknown as [Instance, Instance];
    const seen: string[] = [];
    cluster.watch(() => seen.push(`${a.name} ${a.state}`));
    expect(instances.map(({ state }) => state)).toEqual(['up', 'up']);

    const { port, pid } = a;
    await a.kill();
    expect([a.state, a.pid, isThere(pid), await a.streams()]).toEqual(['down', undefined, false, 0]);
    await publishes(cluster);
    await a.start();
    expect([a.state, a.port]).toEqual(['up', port]);

    const stream = await fetch(`${a.url}/events`);
    await eventually(async () => (await a.streams()) === 1);
    await a.drain();
    expect(await stream.text()).toContain('"reason":"drain"');
    expect(seen).toEqual([`${a.name} down`, `${a.name} up`, `${a.name} draining`, `${a.name} down`]);
    await publishes(cluster);

    await cluster.remove(b);
    const c = await cluster.add();
    expect(cluster.instances).toEqual([a, c]);
    await publishes(cluster);
  });

  test('an instance whose port was taken meanwhile starts on another one', async () => {
    cluster = await startCluster({ instances: 1 });
    const [instance] = cluster.instances as unknown as [Instance];
    const { port } = instance;
    await instance.kill();
    const holder = createServer().listen(port, '127.0.0.1');
    await once(holder, 'listening');
    onTestFinished(() => void holder.close());
    await instance.start();
    expect(instance.state).toBe('up');
    expect(instance.port).not.toBe(port);
    await publishes(cluster);
  });

  /** A cluster of another process, and who is in it. */
  async function elsewhere(): Promise<{ readonly child: ChildProcess; readonly pids: readonly number[] }> {
    const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    await until(() => out.endsWith('\n'), 40_000);
    return { child, pids: JSON.parse(out) as number[] };
  }

  test('is gone when the process that started it has ended', async () => {
    const { child, pids } = await elsewhere();
    expect(pids).toHaveLength(4);
    expect(pids.every(isThere)).toBe(true);
    child.kill('SIGTERM');
    await once(child, 'exit');
    await until(() => !pids.some(isThere));
  });

  test('leaves nothing behind when the process that started it is killed, and somebody stands still', async () => {
    const { child, pids } = await elsewhere();
    for (const pid of pids.slice(0, 2)) process.kill(pid, 'SIGSTOP');
    child.kill('SIGKILL');
    await until(() => !pids.some(isThere));
  });

  test('cannot be started twice on one port, and leaves nothing behind then either', async () => {
    cluster = await startCluster({ instances: 1 });
    await expect(startCluster({ instances: 1, port: cluster.balancer.port })).rejects.toThrow('EADDRINUSE');
    await publishes(cluster);
  });
});
