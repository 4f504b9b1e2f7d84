import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DCLinter } from 'dclint';
import * as apps from 'kubernetes-models/apps/v1';
import * as networking from 'kubernetes-models/networking.k8s.io/v1';
import * as policy from 'kubernetes-models/policy/v1';
import * as core from 'kubernetes-models/v1';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments, parseDocument } from 'yaml';
import { type Flags, parseFlags } from '../../packages/server/src/cli/flags.ts';
import { createPushStream } from '../../packages/server/src/index.ts';
import { hasNginx, nginxMayMiss } from '../server/hosts/nginx.ts';
import { read, root } from './support/markdown.ts';

const run = promisify(execFile);
const API_KEY = 'a-key-for-the-tests-of-the-manifests';
const REDIS_URL = 'redis://:password@redis:6379';
/** What `close()` may take behind a drain: streams that do not go, sources, the last events. */
const CLOSING_MS = 5_000 + 5_000 + 1_000;

/** Options of the command, as the image and a manifest together give them. */
function flagsOf(args: readonly string[], secrets = { apiKeys: API_KEY, redis: REDIS_URL }): Flags {
  const [, entry = ''] = /^ENTRYPOINT (\[.*\])$/m.exec(read('docs/deploy/Dockerfile')) ?? [];
  const [, , ...fixed] = JSON.parse(entry) as readonly string[];
  const command = parseFlags([...fixed, ...args], secrets);
  if (command.kind !== 'serve') throw new Error(`Expected flags, got ${JSON.stringify(command)}`);
  return command.flags;
}

/** The one and only. */
function only<Item>([first, ...others]: readonly Item[]): Item {
  if (first === undefined || others.length > 0) throw new Error('Expected one');
  return first;
}

test('the image has this version, and the redis that it is tested with', () => {
  const { version, peerDependencies } = JSON.parse(read('packages/server/package.json')) as {
    version: string;
    peerDependencies: Record<string, string>;
  };
  const dockerfile = read('docs/deploy/Dockerfile');
  expect(dockerfile).toContain(`pushstream-server@${version} `);
  expect(`redis@^${/ redis@(\d+)$/m.exec(dockerfile)?.[1]}.0.0`).toBe(`redis@${peerDependencies['redis']}`);
  for (const file of ['compose.yaml', 'kubernetes.yaml']) {
    const images = [...read(`docs/deploy/${file}`).matchAll(/pushstream-server:(\S+)/g)].map(([, tag]) => tag);
    expect(new Set(images)).toEqual(new Set([version]));
  }
});

/** Of what a manifest says, as much as the tests ask for. */
interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

interface Secret extends Manifest {
  readonly stringData: Readonly<Record<string, string>>;
}

interface Deployment extends Manifest {
  readonly spec: {
    readonly strategy: object;
    readonly template: {
      readonly spec: { readonly terminationGracePeriodSeconds: number; readonly containers: readonly [Container] };
    };
  };
}

interface Container {
  readonly args: readonly string[];
  readonly ports: readonly object[];
  readonly readinessProbe: { readonly httpGet: { readonly path: string }; readonly timeoutSeconds: number };
  readonly livenessProbe: { readonly httpGet: { readonly path: string } };
  readonly lifecycle: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
}

describe('docs/deploy/kubernetes.yaml', () => {
  const documents = parseAllDocuments(read('docs/deploy/kubernetes.yaml'), { strict: true, uniqueKeys: true });
  // The compiler proves below that they are what they say.
  const objects = documents.map((document) => document.toJS() as Manifest);
  const isDeployment = (one: Manifest): one is Deployment => one.kind === 'Deployment';
  const isSecret = (one: Manifest): one is Secret => one.kind === 'Secret';
  const { spec } = only(objects.filter(isDeployment));
  const pod = spec.template.spec;
  const [container] = pod.containers;
  const text = objects.map((one) => JSON.stringify(one));
  const kinds = new Map<string, ReadonlyMap<string, unknown>>([
    ['v1', new Map(Object.entries(core))],
    ['apps/v1', new Map(Object.entries(apps))],
    ['policy/v1', new Map(Object.entries(policy))],
    ['networking.k8s.io/v1', new Map(Object.entries(networking))],
  ]);
  let folder: string;

  beforeAll(async () => {
    const cache = join(root, 'node_modules/.cache');
    await mkdir(cache, { recursive: true });
    folder = await mkdtemp(join(cache, 'deploy-'));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('is YAML without a doubt', () => {
    expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
  });

  test.each(objects)('$kind $metadata.name: values are what Kubernetes takes', (object) => {
    const Kind = kinds.get(object.apiVersion)?.get(object.kind) as new (data: object) => { validate(): void };
    expect(() => new Kind(object).validate()).not.toThrow();
  });

  test('has no field that Kubernetes does not know', async () => {
    const source = objects.map(
      ({ apiVersion, kind }, at) =>
        `export const object${at}: import('kubernetes-models/${apiVersion}').I${kind} = ${text[at]};\n`,
    );
    await writeFile(join(folder, 'objects.ts'), source.join(''));
    const flags = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--types', ''];
    const tsc = run(join(root, 'node_modules/.bin/tsc'), [...flags, '--ignoreConfig', 'objects.ts'], { cwd: folder });
    expect(
      await tsc.then(
        () => '',
        ({ stdout }: { stdout: string }) => stdout,
      ),
    ).toBe('');
  });

  test('its command is understood, listens where the ports say, and shares a log', () => {
    const flags = flagsOf(container.args);
    expect(flags.redis).toBe(REDIS_URL);
    expect(flags.host).toBe('0.0.0.0');
    expect(container.ports).toEqual([{ name: 'http', containerPort: flags.port }]);
  });

  test('keys come from the Secret, and an instance does not start with those of the example', () => {
    const { metadata, stringData } = only(objects.filter(isSecret));
    const refs = [...text.join('').matchAll(/"secretKeyRef":(\{[^}]*\})/g)].map(
      ([, ref = '']) => JSON.parse(ref) as { name: string; key: string },
    );
    expect(new Set(refs.map(({ name }) => name))).toEqual(new Set([metadata.name]));
    expect(new Set(refs.map(({ key }) => key))).toEqual(new Set(Object.keys(stringData)));
    const given = { apiKeys: stringData['PUSHSTREAM_API_KEY'] ?? '', redis: stringData['PUSHSTREAM_REDIS_URL'] ?? '' };
    expect(() => flagsOf(container.args, given)).toThrow('PUSHSTREAM_API_KEY');
  });

  test('it is left in peace until it has drained, and asked in time', () => {
    const { preStop } = container.lifecycle;
    const leastMs = preStop.sleep.seconds * 1_000 + flagsOf(container.args).drainMs + CLOSING_MS;
    expect(pod.terminationGracePeriodSeconds * 1_000).toBeGreaterThan(leastMs);
    expect(spec.strategy).toMatchObject({ rollingUpdate: { maxUnavailable: 0 } });
    expect([container.readinessProbe.httpGet.path, container.livenessProbe.httpGet.path]).toEqual([
      '/health/ready',
      '/health/live',
    ]);
    // It waits two seconds for the log.
    expect(container.readinessProbe.timeoutSeconds).toBeGreaterThan(2);
  });

  test('what is selected is there, and so is what is referred to', () => {
    const names = new Set(
      objects.filter(({ kind }) => /Set|Deployment/.test(kind)).map(({ metadata }) => metadata.name),
    );
    const selected = [...text.join('').matchAll(/\{"app":"([^"]*)"\}/g)].map(([, name]) => name);
    expect(new Set(selected)).toEqual(names);
    const services = [...text.join('').matchAll(/"service":\{"name":"([^"]*)","port":\{"name":"([^"]*)"/g)];
    expect(services.length).toBeGreaterThan(1);
    for (const [, service, port] of services) expect([service, port]).toEqual(['pushstream', 'http']);
  });
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
    const known = [...read('docs/deploy/nginx.conf').matchAll(/^ *server (\S+) max_fails/gm)].map(([, name]) => name);
    expect(known).toEqual(instances.map(([name]) => `${name}:${port}`));
  });
});

describe.skipIf(!hasNginx && nginxMayMiss)('docs/deploy/nginx.conf', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pushstream-deploy-'));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** With upstreams and a folder of this machine. */
  async function write(upstreams: readonly string[]): Promise<string> {
    let at = 0;
    const text = read('docs/deploy/nginx.conf')
      .replaceAll('/tmp/', `${folder}/`)
      .replaceAll(/push-\d:4400/g, () => upstreams[(at += 1) - 1] ?? '')
      .replace('listen 8080', `listen unix:${folder}/nginx.sock`);
    const file = join(folder, 'nginx.conf');
    await writeFile(file, text);
    return file;
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
    const file = await write(servers.map((server) => `127.0.0.1:${(server.address() as AddressInfo).port}`));
    const nginx = spawn('nginx', ['-p', folder, '-c', file, '-e', 'stderr', '-g', 'daemon off;'], { stdio: 'ignore' });
    stack.defer(async () => {
      nginx.kill('SIGTERM');
      await once(nginx, 'exit');
    });
    const ask = (path: string): Promise<number> =>
      new Promise((resolve, reject) => {
        const headers = { host: 'localhost' };
        const asked = get({ socketPath: join(folder, 'nginx.sock'), path, headers }, (response) => {
          resolve(response.statusCode ?? 0);
          asked.destroy();
        });
        asked.on('error', reject);
      });
    await expect.poll(() => ask('/nothing').catch(String)).toBe(404);
    await Promise.all(pushes.slice(0, 2).map((push) => push.drain({ windowMs: 0 })));
    for (let count = 0; count < 6; count += 1) expect(await ask('/events')).toBe(200);
    expect(pushes.map((push) => push.stats().opened)).toEqual([0, 0, 6]);
    expect([await ask('/metrics'), await ask('/sessions'), await ask('/events/more')]).toEqual([404, 404, 404]);
  });
});
