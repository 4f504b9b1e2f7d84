import { useEventStream, useSuspenseEventStream } from 'pushstream-react';
import { Activity, Suspense } from 'react';
import { expect, test, vi } from 'vitest';
import { mount, progress, type World, world } from './support.tsx';

function Count({ at }: { at: World }) {
  const { data } = useEventStream(at.url, { ...at.client, initial: 0, reduce: (count: number) => count + 1 });
  return data;
}

test('hidden by Activity a component gives its lease back; shown again it goes on where it was', async () => {
  const at = world();
  const page = (mode: 'visible' | 'hidden') => (
    <Activity mode={mode}>
      <Count at={at} />
    </Activity>
  );
  const view = await mount(page('visible'));
  (await at.server.next()).open().send(progress(1)).send(progress(2));
  await at.pass();
  expect(view.text).toBe('2');
  await view.update(page('hidden'));
  await at.pass();
  expect([at.server.live.length, at.clock.pending, at.clock.listeners]).toEqual([0, 0, 0]);
  await view.update(page('visible'));
  const again = await at.server.next();
  expect(again.request.lastEventId).toBe('2');
  again.open().send(progress(3));
  await at.pass();
  expect(view.text).toBe('3');
});

/** All percentages so far. */
const listing = (at: World) => ({
  ...at.client,
  events: 'task.progress' as const,
  initial: '',
  reduce: (text: string, { id }: { readonly id?: string | undefined }) => `${text}${id} `,
});

function Other({ at }: { at: World }) {
  useEventStream(at.url, at.client);
  return null;
}

test('while others go on with the stream, a component that is hidden misses events; in development that is said', async () => {
  const at = world();
  const warn = vi.fn<(message: string) => void>();
  const options = { ...listing(at), environment: { ...at.client.environment, warn } };
  const List = () => useEventStream(at.url, options).data;
  const page = (mode: 'visible' | 'hidden', hasOther: boolean) => (
    <>
      <Activity mode={mode}>
        <List />
      </Activity>
      {hasOther && <Other at={at} />}
    </>
  );
  const view = await mount(page('visible', true));
  const connection = (await at.server.next()).open().send(progress(1));
  await at.pass();
  await view.update(page('hidden', true));
  connection.send(progress(2));
  await at.pass();
  await view.update(page('visible', true));
  connection.send(progress(3));
  await at.pass();
  expect([view.text, warn.mock.calls.length]).toEqual(['1 3 ', 1]);

  // Where the others have left meanwhile, it resumes where it was itself.
  await view.update(page('hidden', true));
  connection.send(progress(4));
  await at.pass();
  await view.update(page('hidden', false));
  await at.pass();
  await view.update(page('visible', false));
  const again = await at.server.next();
  expect(again.request.lastEventId).toBe('3');
  again.open().send(progress(4));
  await at.pass();
  expect([view.text, warn.mock.calls.length]).toEqual(['1 3 4 ', 1]);
});

test('prepared out of sight, a component that waited for its first event misses none', async () => {
  const at = world();
  const List = () => useSuspenseEventStream(at.url, listing(at)).data;
  const page = (mode: 'visible' | 'hidden') => (
    <>
      <Other at={at} />
      <Activity mode={mode}>
        <Suspense fallback="waiting">
          <List />
        </Suspense>
      </Activity>
    </>
  );
  const view = await mount(page('hidden'));
  const connection = (await at.server.next()).open().send(progress(1));
  await at.pass();
  for (let second = 0; second < 60; second += 1) await at.pass(1_000);
  connection.send(progress(2));
  await at.pass();
  await view.update(page('visible'));
  connection.send(progress(3));
  await at.pass();
  await view.shows('1 2 3 ');
});
