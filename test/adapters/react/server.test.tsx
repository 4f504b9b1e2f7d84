// @vitest-environment node
import { createTestServer } from 'pushstream-client/testing';
import {
  PushStreamProvider,
  useEvent,
  useEventStream,
  useRetryCountdown,
  useStreamStatus,
  useSuspenseEventStream,
} from 'pushstream-react';
import { Suspense } from 'react';
import { renderToReadableStream, renderToString } from 'react-dom/server.browser';
import { expect, test } from 'vitest';

const server = createTestServer();
const options = { fetch: server.fetch };

function Page() {
  const { status, data } = useEventStream('/events', {
    ...options,
    initial: 'nothing',
    reduce: (_last, { id }) => id ?? '',
  });
  const { error } = useStreamStatus('/events', options);
  useEvent('/events', 'task.done', () => {}, options);
  return `${status} ${data} ${error} ${useRetryCountdown('/events', options)}`;
}

function Awaited({ seed }: { seed?: { data: string } }) {
  const { data } = useSuspenseEventStream('https://server.test/events', { ...options, ...(seed && { seed }) });
  return `there is ${data}`;
}

test('a server renders the beginning, of relative URLs too, and connects nothing', () => {
  expect(typeof document).toBe('undefined');
  const before = process.getActiveResourcesInfo();
  const html = renderToString(
    <PushStreamProvider options={options}>
      <Page />
    </PushStreamProvider>,
  );
  expect(html).toBe('idle nothing null null');
  expect(renderToString(<Page />)).toBe(html);
  expect([server.connections.length, process.getActiveResourcesInfo()]).toEqual([0, before]);
});

test('where it would have to wait for an event, a server sends the fallback and says why; the page waits', async () => {
  const said: unknown[] = [];
  const stream = await renderToReadableStream(
    <main>
      <Suspense fallback="waiting">
        <Awaited />
      </Suspense>
    </main>,
    { onError: (error) => void said.push(String(error)) },
  );
  await stream.allReady;
  const html = await new Response(stream).text();
  expect(html).toContain('waiting');
  expect(said).toEqual(['Error: PushStream: without a seed there is no event on a server; the page will wait for it']);
  expect(server.connections).toHaveLength(0);
});

test('with a seed a server has what it needs', () => {
  const html = renderToString(
    <Suspense fallback="waiting">
      <Awaited seed={{ data: 'a seed' }} />
    </Suspense>,
  );
  expect(html).toContain('there is a seed');
});
