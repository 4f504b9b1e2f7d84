import { expect, test } from 'vitest';
import { MAX_SERVER_DELAY_MS, MIN_DELAY_MS } from '../../packages/client/src/connection/backoff.ts';
import { pages, read } from './support/markdown.ts';

const { version } = JSON.parse(read('packages/client/package.json')) as { version: string };
const budgets = (JSON.parse(read('.size-limit.json')) as { limit: string }[]).map(({ limit }) => limit);
const text = (path: string): string => pages.find((page) => page.path === path)?.text ?? '';

test('addresses on a CDN carry the version of the package', () => {
  const all = pages.flatMap(({ path, text: page }) =>
    [...page.matchAll(/unpkg\.com\/pushstream-client(@[^/\s"'`]*)?\//g)].map((match) => [path, match[1]] as const),
  );
  expect(all.length).toBeGreaterThan(0);
  expect(all.filter(([, tag]) => tag !== `@${version}`)).toEqual([]);
});

test('sizes in the READMEs are the budgets that `npm run size` enforces', () => {
  const readmes = pages.filter(({ path }) => path.endsWith('README.md'));
  const claims = readmes.flatMap((page) => [...page.text.matchAll(/\d+(?:\.\d+)? kB/g)].map(([claim]) => claim));
  expect(claims.filter((claim) => !budgets.includes(claim))).toEqual([]);
});

test('the limits in the README are those of the code', () => {
  expect(text('README.md')).toContain(`shorter than ${MIN_DELAY_MS} ms`);
  expect(text('README.md')).toContain(`longer than ${MAX_SERVER_DELAY_MS / 60_000} minutes`);
});

test('the README names as many generated streams as the fuzz runs', () => {
  const inputs = /INPUTS = ([\d_]+)/.exec(read('test/protocol/fuzz.test.ts'))?.[1] ?? '';
  expect(inputs).not.toBe('');
  const claim = /([\d,]+)\s+generated streams/.exec(text('README.md'))?.[1];
  expect(claim).toBe(Number(inputs.replaceAll('_', '')).toLocaleString('en'));
});
