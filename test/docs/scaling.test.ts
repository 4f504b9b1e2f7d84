import { expect, test } from 'vitest';
import { RETRY_MS } from '../../packages/server/src/control.ts';
import { hostEnvironment } from '../../packages/server/src/host.ts';
import { resolveSettings } from '../../packages/server/src/resolve-options.ts';
import { CLOSING_MS } from './support/deploy.ts';
import { read } from './support/markdown.ts';

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
