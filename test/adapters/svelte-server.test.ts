import { execFile } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hydrate } from 'svelte';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { sveltePlugin } from './drivers/svelte-plugin.ts';
import { bundle, root } from './svelte/bundle.ts';
import Page from './svelte/Page.svelte';
import { progress, show, world } from './svelte/support.ts';

const folder = join(root, 'node_modules/.cache', `svelte-server-${process.pid}`);

interface Rendered {
  readonly pages: readonly string[];
  readonly said: readonly string[];
  readonly asked: readonly string[];
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly leases: number;
  readonly status: string;
}

const at = world();
let rendered: Rendered;

beforeAll(async () => {
  await mkdir(folder, { recursive: true });
  const outfile = join(folder, 'server.mjs');
  await bundle('server.ts', outfile, 'node', sveltePlugin('server'));
  const { stdout } = await promisify(execFile)(process.execPath, [outfile, at.url], { timeout: 30_000 });
  rendered = JSON.parse(stdout) as Rendered;
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const text = (html = ''): string =>
  html
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();

test('a server renders what a page shows at first, whatever the source is: idle, and the seed', () => {
  expect(rendered.pages.map(text)).toEqual(Array(4).fill('40 % not yet idle 40 no wait'));
});

test('a server connects nothing, holds nothing and warns of nothing', () => {
  const { said, asked, before, after, leases, status } = rendered;
  expect({ said, asked, leases, status }).toEqual({ said: [], asked: [], leases: 0, status: 'idle' });
  expect(after).toEqual(before);
});

test('a page takes over what the server rendered as it is, then resumes behind the seed', async () => {
  const said = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'error')];
  const [html = ''] = rendered.pages;
  const seed = { data: progress(40).data, lastEventId: '40' };
  let found: Element | null = null;
  const take: typeof hydrate = (component, options) => {
    found = options.target instanceof Element ? options.target.querySelector('h1') : null;
    const shown = hydrate(component, options);
    // The branch that the server chose is still there: nothing was thrown away.
    expect(text(options.target instanceof Element ? options.target.innerHTML : '')).toBe(
      '40 % not yet idle 40 no wait',
    );
    return shown;
  };
  const view = show(Page, { source: at.url, seed, common: at.client }, take, html);
  expect(found).not.toBeNull();
  expect(view.target.querySelector('h1')).toBe(found);
  const connection = await at.server.next();
  expect(connection.request.lastEventId).toBe('40');
  connection.open().send(progress(41));
  await at.pass();
  expect(view.text).toBe('41 % live open 41 no wait');
  expect(at.server.connections).toHaveLength(1);
  expect(said.flatMap(({ mock }) => mock.calls)).toEqual([]);
  await view.unmount();
  await at.pass(1);
  expect([at.server.live.length, at.clock.pending, at.clock.listeners]).toEqual([0, 0, 0]);
});
