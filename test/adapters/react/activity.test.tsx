import { useEventStream } from 'pushstream-react';
import { Activity } from 'react';
import { expect, test } from 'vitest';
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
