import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as apps from 'kubernetes-models/apps/v1';
import * as networking from 'kubernetes-models/networking.k8s.io/v1';
import * as policy from 'kubernetes-models/policy/v1';
import * as core from 'kubernetes-models/v1';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { CLOSING_MS, flagsOf, REDIS_URL } from './support/deploy.ts';
import { read, root } from './support/markdown.ts';

const run = promisify(execFile);

/** The one and only. */
function only<Item>([first, ...others]: readonly Item[]): Item {
  if (first === undefined || others.length > 0) throw new Error('Expected one');
  return first;
}

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
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: { readonly terminationGracePeriodSeconds: number; readonly containers: readonly [Container] };
    };
  };
}

interface NetworkPolicy extends Manifest {
  readonly spec: {
    readonly ingress: ReadonlyArray<{
      readonly from: ReadonlyArray<{
        readonly podSelector: { readonly matchLabels: Readonly<Record<string, string>> };
      }>;
    }>;
  };
}

interface Container {
  readonly args: readonly string[];
  readonly ports: readonly object[];
  readonly readinessProbe: { readonly httpGet: { readonly path: string }; readonly timeoutSeconds: number };
  readonly livenessProbe: { readonly httpGet: { readonly path: string } };
  readonly lifecycle: { readonly preStop: { readonly exec: { readonly command: readonly string[] } } };
}

describe('docs/deploy/kubernetes.yaml', () => {
  const documents = parseAllDocuments(read('docs/deploy/kubernetes.yaml'), { strict: true, uniqueKeys: true });
  // The compiler proves below that they are what they say.
  const objects = documents.map((document) => document.toJS() as Manifest);
  const isDeployment = (one: Manifest): one is Deployment => one.kind === 'Deployment';
  const isNetworkPolicy = (one: Manifest): one is NetworkPolicy => one.kind === 'NetworkPolicy';
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
    // A form that every version of Kubernetes knows, and a program that the image has.
    const [program, seconds] = container.lifecycle.preStop.exec.command;
    expect(program).toBe('sleep');
    const leastMs = Number(seconds) * 1_000 + flagsOf(container.args).drainMs + CLOSING_MS;
    expect(pod.terminationGracePeriodSeconds * 1_000).toBeGreaterThan(leastMs);
    expect(spec.strategy).toMatchObject({ rollingUpdate: { maxUnavailable: 0 } });
    expect([container.readinessProbe.httpGet.path, container.livenessProbe.httpGet.path]).toEqual([
      '/health/ready',
      '/health/live',
    ]);
    // It waits two seconds for the log.
    expect(container.readinessProbe.timeoutSeconds).toBeGreaterThan(2);
  });

  test('Redis is reached by the instances, and by publishers with the label that the guide for workers names', () => {
    const { ingress } = only(objects.filter(isNetworkPolicy)).spec;
    const labels = ingress.flatMap(({ from }) => from.map(({ podSelector }) => podSelector.matchLabels));
    expect(labels).toEqual([spec.template.metadata.labels, { publishes: 'pushstream' }]);
    expect(read('docs/guides/workers.md')).toContain('`publishes: pushstream`');
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
