// Renders Page.svelte as a server does; the test bundles it for Node, and reads what it prints.
import { EventClient } from 'pushstream-client';
import { render } from 'svelte/server';
import Page from './Page.svelte';

const said: unknown[] = [];
console.warn = console.error = (...what) => void said.push(what.join(' '));
const asked: string[] = [];
const common = {
  fetch(url: string) {
    asked.push(url);
    return Promise.reject(new TypeError('no network'));
  },
};
/** What keeps a process alive, but for the pipes that it prints to. */
const held = (): string[] => process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap');
const before = held();
const source = process.argv[2] ?? '';
const seed = { data: { taskId: 'a', percentage: 40 }, lastEventId: '40' };
const client = new EventClient(source, common);
const pages = [];
for (const given of [source, client, '/relative', null]) {
  const { body } = await render(Page as never, { props: { source: given, seed, common } as never });
  pages.push(body);
}
await new Promise(setImmediate);
const after = held();
console.log(JSON.stringify({ pages, said, asked, before, after, leases: client.leases, status: client.status }));
