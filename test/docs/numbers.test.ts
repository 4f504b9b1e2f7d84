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

/** A constant that its room keeps to itself. */
function constant(path: string, name: string): number {
  const digits = new RegExp(`const ${name} = ([\\d_]+);`).exec(read(`packages/client/src/${path}`))?.[1] ?? '';
  expect(digits, name).not.toBe('');
  return Number(digits.replaceAll('_', ''));
}

test('docs/connection.md has the times of a suspicion, and five seconds are enough for all of them', () => {
  const probeMs = constant('connection/silence.ts', 'PROBE_MS');
  const tickMs = constant('signals/clock.ts', 'TICK_MS');
  const jumpMs = constant('signals/clock.ts', 'JUMP_MS');
  const page = text('docs/connection.md');
  expect(page).toContain(`has ${probeMs / 1_000} s to show a byte`);
  expect(page).toContain(`more than ${jumpMs / 1_000} s ahead`);
  expect(page).toContain(`Why ${probeMs / 1_000} s: with the second that the clock is looked at`);
  expect(page).toContain(`${MIN_DELAY_MS} ms for the wait`);
  // Either the clock is looked at, or both waits end at the next second of a hidden page's grid.
  expect([tickMs, tickMs + probeMs + MIN_DELAY_MS + 1_000 <= 5_000]).toEqual([1_000, true]);
  expect(text('README.md')).toContain(`no byte comes within ${probeMs / 1_000} s`);
});

test('the README names as many generated streams as the fuzz runs', () => {
  const inputs = /INPUTS = ([\d_]+)/.exec(read('test/protocol/fuzz.test.ts'))?.[1] ?? '';
  expect(inputs).not.toBe('');
  const claim = /([\d,]+)\s+generated streams/.exec(text('README.md'))?.[1];
  expect(claim).toBe(Number(inputs.replaceAll('_', '')).toLocaleString('en'));
});
