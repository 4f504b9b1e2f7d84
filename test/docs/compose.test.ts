import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DCLinter } from 'dclint';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { createPushStream } from '../../packages/server/src/index.ts';
import { hasNginx, nginxMayMiss } from '../server/hosts/nginx.ts';
import { CLOSING_MS, flagsOf } from './support/deploy.ts';
import { read, root } from './support/markdown.ts';

const run = promisify(execFile);

test('the image has this version, its command, and the redis that it is tested with', () => {
  const { version, bin, peerDependencies } = JSON.parse(read('packages/server/package.json')) as {
    version: string;
    bin: Record<string, string>;
    peerDependencies: Record<string, string>;
  };
  const dockerfile = read('docs/deploy/Dockerfile');
  expect(dockerfile).toContain(`pushstream-server@${version} `);
  const command = join('node_modules/pushstream-server', bin['pushstream-server'] ?? '');
  expect(dockerfile).toContain(`ENTRYPOINT ["node", "${command}",`);
  expect(`redis@^${/ redis@(\d+)$/m.exec(dockerfile)?.[1]}.0.0`).toBe(`redis@${peerDependencies['redis']}`);
  for (const file of ['compose.yaml', 'kubernetes.yaml']) {
    const images = [...read(`docs/deploy/${file}`).matchAll(/pushstream-server:(\S+)/g)].map(([, tag]) => tag);
    expect(new Set(images)).toEqual(new Set([version]));
  }
});

interface Compose {
  readonly services: Readonly<Record<string, { command?: readonly string[]; stop_grace_period?: string }>>;
}

describe('docs/deploy/compose.yaml', () => {
  const path = join(root, 'docs/deploy/compose.yaml');
  const { services } = parseDocument(read('docs/deploy/compose.yaml'), { merge: true }).toJS() as Compose;
  const instances = Object.entries(services).filter(([name]) => name.startsWith('push-'));

  test('has nothing that a linter complains about, except its order: what depends comes later', () => {
    const order = {
      'service-keys-order': 0,
      'services-alphabetical-order': 0,
      'top-level-properties-order': 0,
    } as const;
    const linter = new DCLinter({ rules: order, quiet: false, debug: false, exclude: [] });
    expect(linter.lintFiles([path], false).flatMap(({ messages }) => messages)).toEqual([]);
  });

  test.each(instances)('%s: its command is understood, and it is left in peace until it has drained', (_, instance) => {
    const { drainMs } = flagsOf(instance.command ?? []);
    expect(Number.parseInt(instance.stop_grace_period ?? '', 10) * 1_000).toBeGreaterThan(drainMs + CLOSING_MS);
  });

  test('nginx knows them all', () => {
    const { port } = flagsOf([]);
    const known = [...read('docs/deploy/nginx.conf').matchAll(/^ *server (\S+) max_fails=/gm)].map(([, name]) => name);
    expect(known).toEqual(instances.map(([name]) => `${name}:${port}`));
  });
});

describe.skipIf(!hasNginx && nginxMayMiss)('docs/deploy/nginx.conf', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pushstream-deploy-'));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** With upstreams and a folder of this machine, and one worker: each knows for itself who failed. */
  async function write(upstreams: readonly string[]): Promise<string> {
    let at = 0;
    const text = read('docs/deploy/nginx.conf')
      .replaceAll('/tmp/', `${folder}/`)
      .replace('worker_processes auto', 'worker_processes 1')
      .replaceAll(/push-\d:4400/g, () => upstreams[(at += 1) - 1] ?? '')
      .replace('listen 8080', `listen unix:${folder}/nginx.sock`);
    const file = join(folder, 'nginx.conf');
    await writeFile(file, text);
    return file;
  }

  const addressOf = (server: Server): string => `127.0.0.1:${(server.address() as AddressInfo).port}`;

  /** It runs as long as the stack; asked for a path it gives the status, and the response goes on as long as asked. */
  async function start(stack: AsyncDisposableStack, upstreams: readonly string[]) {
    const file = await write(upstreams);
    const nginx = spawn('nginx', ['-p', folder, '-c', file, '-e', 'stderr', '-g', 'daemon off;'], { stdio: 'ignore' });
    stack.defer(async () => {
      nginx.kill('SIGTERM');
      await once(nginx, 'exit');
    });
    const ask = (path: string, isHeld = false): Promise<number> =>
      new Promise((resolve, reject) => {
        const headers = { host: 'localhost' };
        const asked = get({ socketPath: join(folder, 'nginx.sock'), path, headers }, (response) => {
          resolve(response.statusCode ?? 0);
          if (isHeld) stack.defer(() => void asked.destroy());
          else asked.destroy();
        });
        asked.on('error', reject);
      });
    await expect.poll(() => ask('/nothing').catch(String)).toBe(404);
    return ask;
  }

  test('nginx understands it', async () => {
    const file = await write(['127.0.0.1:1', '127.0.0.1:2', '127.0.0.1:3']);
    const { stderr } = await run('nginx', ['-t', '-p', folder, '-c', file, '-e', 'stderr']);
    expect(stderr).toContain('test is successful');
  });

  test('streams and publishing are reached, at whoever does not drain; nothing else is', async () => {
    await using stack = new AsyncDisposableStack();
    const pushes = [1, 2, 3].map(() => stack.use(createPushStream()));
    const servers = pushes.map((push) => createServer(push.handler()).listen(0, '127.0.0.1'));
    for (const server of servers) stack.defer(() => void server.close());
    await Promise.all(servers.map((server) => once(server, 'listening')));
    const ask = await start(stack, servers.map(addressOf));
    await Promise.all(pushes.slice(0, 2).map((push) => push.drain({ windowMs: 0 })));
    for (let count = 0; count < 6; count += 1) expect(await ask('/events')).toBe(200);
    expect(pushes.map((push) => push.stats().opened)).toEqual([0, 0, 6]);
    expect([await ask('/metrics'), await ask('/sessions'), await ask('/events/more')]).toEqual([404, 404, 404]);
  });

  test('instances that were all away are asked again at once, not one stream at a time', async () => {
    await using stack = new AsyncDisposableStack();
    const push = stack.use(createPushStream());
    const server = createServer(push.handler()).listen(0, '127.0.0.1');
    stack.defer(() => void server.close());
    await once(server, 'listening');
    const [address, { port }] = [addressOf(server), server.address() as AddressInfo];
    server.close();
    await once(server, 'close');
    const ask = await start(stack, [address, '127.0.0.1:1', '127.0.0.1:2']);
    expect(await ask('/events')).toBe(502);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const statuses: number[] = [];
    for (let count = 0; count < 6; count += 1) statuses.push(await ask('/events', true));
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200]);
  });
});
