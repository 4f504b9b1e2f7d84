import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, realpath, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Installed } from './installed.ts';
import { testPublished } from './published.ts';
import { bin, pack, readJson, root, run, temporaryFolder, writeFiles } from './tarball.ts';

let folder: string;
let tarball: string;
let project: string;
let installed: string;

/** What the server depends on is there already, what is optional too: linked, not installed. */
async function linkDependencies(): Promise<void> {
  const manifest = await readJson(join(root, 'packages/server/package.json'));
  const names = ['dependencies', 'peerDependencies'].flatMap((kind) => Object.keys(manifest[kind] as object));
  for (const name of [...names, '@types/node']) {
    const place = join(project, 'node_modules', name);
    await mkdir(dirname(place), { recursive: true });
    await symlink(await realpath(join(root, 'packages/server/node_modules', name)), place);
  }
}

beforeAll(async () => {
  folder = await temporaryFolder();
  tarball = await pack('server', folder);
  project = join(folder, 'app');
  installed = join(project, 'node_modules/pushstream-server');
  await mkdir(installed, { recursive: true });
  await run('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1']);
  await linkDependencies();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const server: Pick<Installed, 'tarball' | 'place'> = {
  get tarball() {
    return tarball;
  },
  get place() {
    return installed;
  },
};
testPublished(server, {
  entries: ['auth', 'http', 'index', 'redis', 'testing'],
  scripts: ['cli.mjs'],
  dependencies: ['@hono/node-server', 'hono', 'jose', 'pino', 'prom-client'],
  peers: { redis: '^6.0.0' },
  optional: ['redis'],
});

const body = `
const push = createPushStream({ authorize: jwtAuthorize({ secret: 'x'.repeat(32), algorithms: ['HS256'], issuer: false, audience: false }) });
const { status } = await push.fetch(new Request('http://a/events', { headers: { authorization: 'Bearer a.b.c' } }));
const { id } = await push.publish('tick', 1);
const log = redisLog({ url: 'redis://127.0.0.1' });
await log.close();
console.log(status, typeof id, typeof createHttpApi, logBehaviours.length);
await push.close();
`;

describe.each(['node', 'node-20', 'node-22', 'node-26'])('on %s', (runtime) => {
  const node = runtime === 'node' ? bin('node') : join(root, 'test/runtimes/node_modules', runtime, 'bin/node');

  test('its modules load as ES modules', async () => {
    await writeFiles(project, {
      'use.mjs': `import { createPushStream } from 'pushstream-server';
import { jwtAuthorize } from 'pushstream-server/auth';
import { createHttpApi } from 'pushstream-server/http';
import { redisLog } from 'pushstream-server/redis';
import { logBehaviours } from 'pushstream-server/testing';
${body}`,
    });
    expect(await run(node, ['use.mjs'], project)).toBe('401 string function 1\n');
  });

  test('and as CommonJS', async () => {
    await writeFiles(project, {
      'use.cjs': `const { createPushStream } = require('pushstream-server');
const { jwtAuthorize } = require('pushstream-server/auth');
const { createHttpApi } = require('pushstream-server/http');
const { redisLog } = require('pushstream-server/redis');
const { logBehaviours } = require('pushstream-server/testing');
(async () => {${body}})();`,
    });
    expect(await run(node, ['use.cjs'], project)).toBe('401 string function 1\n');
  });

  test('the command serves, and ends when it is told to', async () => {
    const command = join(installed, 'dist/cli.mjs');
    const child = spawn(node, [command, '--port', '0', '--open', '--drain-ms', '0'], { cwd: project });
    let output = '';
    child.stdout.on('data', (text) => (output += String(text)));
    child.stderr.on('data', (text) => (output += String(text)));
    try {
      await expect.poll(() => output, { timeout: 20_000 }).toMatch(/http:\/\/127\.0\.0\.1:\d+/);
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0] ?? '';
      const stream = await fetch(`${url}/stream/demo`);
      const published = await fetch(`${url}/publish/demo`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"type":"hello","data":{"text":"Hello"}}',
      });
      expect(published.status).toBe(202);
      let text = '';
      for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        text += chunk;
        if (text.includes('event: hello')) break;
      }
      expect(text).toContain('event: pushstream.ready');
    } finally {
      child.kill('SIGTERM');
    }
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(0);
  });
});
