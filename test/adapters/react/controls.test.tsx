import { useEventStream } from 'pushstream-react';
import { Fragment, StrictMode, useEffect } from 'react';
import { expect, test } from 'vitest';
import { mount, type World, world } from './support.tsx';

type Control = 'pause' | 'disconnect';

function Child({ run }: { run: () => void }) {
  useEffect(run, [run]);
  return null;
}

function Page({ at, control }: { at: World; control: Control }) {
  const stream = useEventStream(at.url, at.client);
  return (
    <>
      <Child run={stream[control]} />
      {stream.status}
    </>
  );
}

test.each([
  ['pause', 'paused', '', Fragment],
  ['disconnect', 'idle', '', Fragment],
  ['pause', 'paused', ', under StrictMode', StrictMode],
  ['disconnect', 'idle', ', under StrictMode', StrictMode],
] as const)(
  'the effect of a child comes first: its %s counts, nothing is asked for, and it is %s%s',
  async (control, status, _how, Wrap) => {
    const at = world();
    const view = await mount(
      <Wrap>
        <Page at={at} control={control} />
      </Wrap>,
    );
    await at.pass(100);
    expect([view.text, at.server.connections.length]).toEqual([status, 0]);
  },
);

function Leaving({ run }: { run: () => void }) {
  useEffect(() => run, [run]);
  return null;
}

test.each(['child', 'own'])('who disconnects when it goes (%s effect) is connected under StrictMode', async (whose) => {
  const at = world();
  function Tidy() {
    const { status, disconnect } = useEventStream(at.url, at.client);
    useEffect(() => (whose === 'own' ? disconnect : undefined), [disconnect]);
    return (
      <>
        {whose === 'child' && <Leaving run={disconnect} />}
        {status}
      </>
    );
  }
  const view = await mount(
    <StrictMode>
      <Tidy />
    </StrictMode>,
  );
  (await at.server.next()).open();
  await at.pass();
  expect([view.text, at.server.live.length]).toEqual(['open', 1]);
});
