import {
  PushStreamProvider,
  useEventStream,
  useRetryCountdown,
  useStreamStatus,
  useSuspenseEventStream,
} from 'pushstream-react';
import { type ReactNode, Suspense } from 'react';
import { hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { expect, test } from 'vitest';
import { progress, settle, type World, world } from './support.tsx';

const seed = { data: progress(40).data, lastEventId: '40' };

function Stream({ at }: { at: World }) {
  const { status, data } = useEventStream(at.url, { events: 'task.progress', seed });
  const { retry } = useStreamStatus(at.url);
  const seconds = useRetryCountdown(at.url);
  return `${status} ${data?.percentage} ${retry?.attempt} ${seconds}`;
}

function Awaited({ at }: { at: World }) {
  return useSuspenseEventStream(at.url, { events: 'task.progress', seed, select: ({ data }) => data.percentage });
}

async function hydrated(html: string, page: ReactNode) {
  const container = document.body.appendChild(document.createElement('div'));
  container.innerHTML = html;
  const recovered: unknown[] = [];
  const root = hydrateRoot(container, page, { onRecoverableError: (error) => recovered.push(error) });
  await settle();
  await settle();
  return { container, recovered, root };
}

test('a page that a server rendered is taken over without a mismatch, and goes on behind its seed', async () => {
  const at = world();
  const page = (
    <PushStreamProvider options={at.client}>
      <Stream at={at} />
      <Suspense fallback="waiting">
        <Awaited at={at} />
      </Suspense>
    </PushStreamProvider>
  );
  const html = renderToString(page);
  expect(html).toContain('idle 40 undefined null');
  await at.pass();
  expect([at.server.connections.length, at.clock.pending]).toEqual([0, 0]);

  const { container, recovered, root } = await hydrated(html, page);
  const connection = await at.server.next();
  expect(connection.request.lastEventId).toBe('40');
  connection.open();
  await at.pass();
  expect(container.textContent).toBe('open 40 undefined null40');
  connection.send(progress(41));
  await at.pass();
  expect(container.textContent).toBe('open 41 undefined null41');
  expect([recovered, at.server.connections.length]).toEqual([[], 1]);
  root.unmount();
  await at.pass(1_000);
  expect([at.server.live.length, at.clock.pending]).toEqual([0, 0]);
});

test('a stream that another part of the page has opened already does not spoil it either', async () => {
  const at = world();
  const page = (
    <PushStreamProvider options={at.client}>
      <Stream at={at} />
    </PushStreamProvider>
  );
  const html = renderToString(page);
  const first = await hydrated(html, page);
  (await at.server.next()).open().send(progress(50));
  await at.pass();
  const second = await hydrated(html, page);
  expect([...first.recovered, ...second.recovered]).toEqual([]);
  first.root.unmount();
  second.root.unmount();
  await at.pass();
});
