import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { RETRY_MS } from '../../packages/server/src/control.ts';
import { hostEnvironment } from '../../packages/server/src/host.ts';
import { createHttpApi } from '../../packages/server/src/http/index.ts';
import { createPushStream } from '../../packages/server/src/index.ts';
import { resolveSettings } from '../../packages/server/src/resolve-options.ts';
import { CLOSING_MS, flagsOf, REDIS_URL } from './support/deploy.ts';
import { codeBlocks, pages, read } from './support/markdown.ts';

test('docs/guides/scaling.md has the limits and times of the code', () => {
  const guide = read('docs/guides/scaling.md').replaceAll(/\s+/g, ' ');
  const { limits } = resolveSettings({}, hostEnvironment);
  const [, most = ''] = /maxConnections: \['[^']*', ([\d_]+)\]/.exec(read('packages/server/src/http/serve.ts')) ?? [];
  const said = (number: number): string => number.toLocaleString('en');
  expect(guide).toContain(`**\`limits.connections\`**, ${said(limits.connections)} and with the command no more`);
  expect(guide).toContain(`\`maxConnections\` of \`serve\` is ${said(Number(most.replaceAll('_', '')))}`);
  expect(guide).toContain(`\`limits.bufferedBytes\` (${limits.bufferedBytes / 1_048_576} MB)`);
  expect(guide).toContain(`preStop + \`--drain-ms\` + ${CLOSING_MS / 1_000} s`);
  expect(guide).toContain('has the client wait a second');
  expect(RETRY_MS).toBe(1_000);
});

test('its instances have one key: one is made before them, which the command takes', () => {
  const page = pages.filter(({ path }) => path === 'docs/guides/scaling.md');
  const shown = page.flatMap((one) => codeBlocks(one).filter(({ language }) => language === 'sh'));
  const [first, second] = shown.map(({ code }) => code);
  expect(first).toMatch(/^export PUSHSTREAM_API_KEY=/);
  expect(second).toContain('npx pushstream-server');
  const apiKeys = execFileSync('sh', ['-c', `${first}\nprintf %s "$PUSHSTREAM_API_KEY"`], { encoding: 'utf8' });
  expect(flagsOf([], { apiKeys, redis: REDIS_URL }).apiKeys).toEqual([apiKeys]);
});

test('it names metrics that are there, with labels that they have', async () => {
  await using push = createPushStream();
  const api = createHttpApi(push, { open: true });
  const text = await (await api.fetch(new Request('http://localhost/metrics'))).text();
  const named = [...read('docs/guides/scaling.md').matchAll(/`((?:pushstream|nodejs)_\w+)(?:\{(\w+)=)?/g)];
  expect(named.length).toBeGreaterThan(5);
  for (const [, name = '', label] of named) {
    expect(text).toContain(`# TYPE ${name} `);
    const labels = { resets: 'reason', refused: 'status', ended: 'reason' };
    const known = Object.entries(labels).find(([stat]) => name.includes(stat))?.[1];
    expect(label, name).toBe(known);
  }
});
