import type { EventClient } from 'pushstream-client';
import { byId, grouped, make, oncePerFrame, setText } from './dom.ts';
import { listed } from './publish.ts';
import type { PageStream } from './stream.ts';

const ROWS = 8;

/** Patterns in, the query and what it lets through out. */
export function wireFilters({ watch }: PageStream, eventsUrl: string): void {
  const form = byId('filter-form', HTMLFormElement);
  const fields = (['channel', 'type', 'tag'] as const).map(
    (name) => [name, byId(`filter-${name}`, HTMLInputElement)] as const,
  );
  const url = byId('filter-url', HTMLElement);
  const button = byId('filter-watch', HTMLButtonElement);
  const state = byId('filter-state', HTMLElement);
  const rows = Array.from({ length: ROWS }, () => make('li'));
  byId('filter-events', HTMLElement).append(...rows);
  let watcher: EventClient | undefined;
  let count = 0;

  const counted = (): string => `${grouped(count)} ${count === 1 ? 'event' : 'events'}`;

  const query = (): Record<string, string[]> =>
    Object.fromEntries(fields.map(([name, { value }]) => [name, listed(value)]).filter(([, values]) => values?.length));

  function showUrl(): void {
    const parameters = new URLSearchParams(
      Object.entries(query()).flatMap(([name, values]) => values.map((value) => [name, value])),
    );
    const text = [...parameters].map(([name, value]) => `${name}=${value}`).join('&');
    setText(url, `${new URL(eventsUrl).pathname}${text && `?${text}`}`);
  }

  function stop(): void {
    watcher?.[Symbol.dispose]();
    watcher = undefined;
    setText(state, `stopped · ${counted()}`);
    setText(button, 'Watch');
  }

  function start(): void {
    stop();
    const newest: string[] = [];
    let refusal: string | undefined;
    count = 0;
    const client = watch(query(), (words) => (refusal = words));
    const render = oncePerFrame(() => {
      if (watcher !== client) return;
      const { status, error } = client.snapshot.value;
      setText(state, refusal ?? error?.message ?? `${status} · ${counted()}`);
      // Closed for good: the next press is to ask again, not to stop.
      if (status === 'closed') setText(button, 'Watch');
      for (const [at, row] of rows.entries()) setText(row, newest[at] ?? '');
    });
    client.on('*', (_data, { type, raw, id }) => {
      count += 1;
      newest.unshift(`${type}  ${raw}  ${id ?? ''}`);
      newest.length = Math.min(newest.length, ROWS);
      render();
    });
    watcher = client;
    client.snapshot.subscribe(render);
    client.connect();
    setText(button, 'Stop');
  }

  form.addEventListener('input', () => {
    showUrl();
    if (watcher) start();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (watcher && watcher.status !== 'closed') stop();
    else start();
  });
  showUrl();
}
