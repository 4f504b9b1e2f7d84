import { EventClient } from 'pushstream-client';
import { useSuspenseEventStream } from 'pushstream-react';
import { Fragment, StrictMode, Suspense, useState } from 'react';
import { flushSync } from 'react-dom';
import { describe, expect, test } from 'vitest';
import type { Tasks } from '../driver.ts';
import { Boundary, heard, mount, progress, type World, world } from './support.tsx';

function Percentage({ at, path = '' }: { at: World; path?: string }) {
  const { status, data } = useSuspenseEventStream<Tasks, 'task.progress'>(`${at.url}${path}`, {
    ...at.client,
    events: 'task.progress',
  });
  return `${status} ${data.percentage} `;
}

const waiting = <>waiting</>;

describe('useSuspenseEventStream', () => {
  test.each([
    ['', Fragment],
    [' under StrictMode', StrictMode],
  ])('shows the fallback until the first event, which is in the first result%s', async (_name, Wrap) => {
    const at = world();
    const view = await mount(
      <Wrap>
        <Suspense fallback={waiting}>
          <Percentage at={at} />
        </Suspense>
      </Wrap>,
    );
    expect(view.text).toBe('waiting');
    const connection = (await at.server.next()).open();
    await at.pass();
    expect(view.text).toBe('waiting');
    connection.send({ type: 'task.done', data: { taskId: 'a' } });
    await at.pass();
    expect(view.text).toBe('waiting');
    connection.send(progress(1));
    await at.pass();
    await view.shows('open 1 ');
    connection.send(progress(2));
    await at.pass();
    expect(view.text).toBe('open 2 ');
    await at.pass(60_000);
    expect(at.server.connections).toHaveLength(1);
    await view.unmount();
    await at.pass();
    expect([at.server.live.length, at.clock.pending, at.clock.listeners]).toEqual([0, 0, 0]);
  });

  test('what came before the component could be mounted is in its first result, all of it', async () => {
    const at = world();
    const shown: unknown[] = [];
    function Sum() {
      const { data, events, event } = useSuspenseEventStream(at.url, {
        ...at.client,
        events: 'task.progress',
        history: 10,
        initial: 0,
        reduce: (sum: number, { data: { percentage } }) => sum + percentage,
      });
      shown.push([data, events.length, event?.id]);
      return data;
    }
    const view = await mount(
      <Suspense fallback={waiting}>
        <Sum />
      </Suspense>,
    );
    const connection = (await at.server.next()).open().send(progress(1)).send(progress(2)).send(progress(3));
    await at.pass();
    await view.shows('6');
    connection.send(progress(4));
    await at.pass();
    await view.shows('10');
    expect(shown).toEqual([
      [6, 3, '3'],
      [10, 4, '4'],
    ]);
  });

  test('several components wait for one connection, each with its own reducer', async () => {
    const at = world();
    function Count({ from }: { from: number }) {
      const [begin] = useState(from);
      const { data } = useSuspenseEventStream(at.url, { ...at.client, initial: begin, reduce: (n: number) => n + 1 });
      return `${data} `;
    }
    const view = await mount(
      <>
        <Suspense fallback={waiting}>
          <Count from={0} />
          <Count from={10} />
        </Suspense>
        <Suspense fallback={waiting}>
          <Count from={20} />
        </Suspense>
      </>,
    );
    const connection = (await at.server.next()).open().send(progress(1));
    await at.pass();
    await view.shows('1 11 21 ');
    connection.send(progress(2));
    await at.pass();
    await view.shows('2 12 22 ');
    expect(at.server.connections).toHaveLength(1);
  });

  test('with a seed it is not suspended, and resumes behind it', async () => {
    const at = world();
    function Page() {
      const seed = { data: progress(40).data, lastEventId: '40' };
      const { data } = useSuspenseEventStream(at.url, { ...at.client, events: 'task.progress', seed });
      return data.percentage;
    }
    const view = await mount(<Page />);
    expect(view.text).toBe('40');
    const connection = await at.server.next();
    expect(connection.request.lastEventId).toBe('40');
  });

  test('what closes the stream is for an error boundary, and does not begin again by itself', async () => {
    const at = world();
    const page = (key: string) => (
      <Boundary key={key}>
        <Suspense fallback={waiting}>
          <Percentage at={at} />
        </Suspense>
      </Boundary>
    );
    const view = await mount(page('one'));
    (await at.server.next()).respond(404);
    await at.pass();
    await view.shows(/^error: Expected HTTP 200 from .*, got 404$/);
    heard();
    await at.pass(60_000);
    expect([at.server.connections.length, at.clock.pending]).toEqual([1, 0]);
    await view.update(page('two'));
    expect(view.text).toBe('waiting');
    (await at.server.next()).open().send(progress(1));
    await at.pass();
    await view.shows('open 1 ');
  });

  test('a stream that ends before its first event is an error too; one that fails for a while is waited for', async () => {
    const at = world();
    const view = await mount(
      <Boundary>
        <Suspense fallback={waiting}>
          <Percentage at={at} />
        </Suspense>
      </Boundary>,
    );
    (await at.server.next()).respond(503);
    await at.pass(10_000);
    expect(view.text).toBe('waiting');
    (await at.server.next()).respond(204);
    await at.pass();
    await view.shows(/^error: PushStream: https:.* ended before its first event$/);
    heard();
  });

  test('waits as long as somebody wants it, and lets go of a stream that nobody waits for any more', async () => {
    const at = world();
    const view = await mount(
      <Suspense fallback={waiting}>
        <Percentage at={at} />
      </Suspense>,
    );
    (await at.server.next()).open();
    for (let minute = 0; minute < 20; minute += 1) await at.pass(3_000);
    expect([view.text, at.server.connections.length, at.server.live.length]).toEqual(['waiting', 1, 1]);
    await view.unmount();
    await at.pass(1_000);
    expect(at.server.live).toHaveLength(1);
    await at.pass(10_000);
    expect([at.server.live.length, at.clock.pending, at.clock.listeners]).toEqual([0, 0, 0]);
  });

  test('a sibling that is suspended for a minute loses no event', async () => {
    const at = world();
    let go = (_text: string): void => {};
    let text: string | undefined;
    const slow = new Promise<string>((resolve) => {
      go = (given) => resolve((text = given));
    });
    function Slow() {
      // oxlint-disable-next-line typescript/only-throw-error -- so React 18 suspends, as `use` does in 19
      if (text === undefined) throw slow;
      return text;
    }
    function Sum() {
      const { data } = useSuspenseEventStream<Tasks, 'task.progress', number>(at.url, {
        ...at.client,
        events: 'task.progress',
        initial: 0,
        reduce: (sum, { data: { percentage } }) => sum + percentage,
      });
      return `${data} `;
    }
    const view = await mount(
      <Suspense fallback={waiting}>
        <Sum />
        <Slow />
      </Suspense>,
    );
    (await at.server.next()).open().send(progress(1)).send(progress(2));
    for (let second = 0; second < 60; second += 1) await at.pass(1_000);
    expect([view.text, at.server.live.length, at.clock.pending]).toEqual(['waiting', 0, 0]);
    go('there');
    const again = await at.server.next();
    expect(again.request.lastEventId).toBe('2');
    again.open().send(progress(3));
    await view.shows(/there/);
    await at.pass();
    expect(view.text).toBe('6 there');
    await view.unmount();
    await at.pass(1_000);
    expect([at.server.live.length, at.clock.pending, at.clock.listeners]).toEqual([0, 0, 0]);
  });

  test('a component that comes later waits for the next event, as none is kept for it', async () => {
    const at = world();
    const page = (hasTwo: boolean) => (
      <>
        <Suspense fallback={waiting}>
          <Percentage at={at} />
        </Suspense>
        <Suspense fallback={waiting}>{hasTwo && <Percentage at={at} />}</Suspense>
      </>
    );
    const view = await mount(page(false));
    const connection = (await at.server.next()).open().send(progress(1));
    await at.pass();
    await view.shows('open 1 ');
    await at.pass(5_000);
    await view.update(page(true));
    expect(view.text).toBe('open 1 waiting');
    connection.send(progress(2));
    await at.pass();
    await view.shows('open 2 open 2 ');
  });

  test('a first event that nobody takes is kept for ten seconds', async () => {
    const at = world();
    const view = await mount(
      <Suspense fallback={waiting}>
        <Percentage at={at} />
      </Suspense>,
    );
    const connection = (await at.server.next()).open();
    await view.unmount();
    connection.send(progress(1));
    await at.pass(9_000);
    expect(at.server.live).toHaveLength(1);
    await at.pass(1_000);
    expect([at.server.live.length, at.clock.pending, at.clock.listeners]).toEqual([0, 0, 0]);
  });

  test('another URL in a transition: the old one is shown until the first event of the new one', async () => {
    const at = world();
    const page = (path: string) => (
      <Suspense fallback={waiting}>
        <Percentage at={at} path={path} />
      </Suspense>
    );
    const view = await mount(page('/a'));
    const before = (await at.server.next()).open().send(progress(1));
    await at.pass();
    await view.shows('open 1 ');
    await view.transition(page('/b'));
    const after = (await at.server.next()).open();
    before.send(progress(2));
    await at.pass();
    expect(view.text).toBe('open 2 ');
    after.send(progress(3));
    await at.pass();
    await view.shows('open 3 ');
    await at.pass(60_000);
    expect([before.aborted, at.server.live.length, at.server.connections.length]).toEqual([true, 1, 2]);
  });

  test('a client of one’s own is waited for as well; without a stream that is said', async () => {
    const at = world();
    const client = new EventClient<Tasks>(at.url, at.client);
    let choose = (_next: EventClient<Tasks> | null): void => {};
    function Page() {
      const [source, setSource] = useState<EventClient<Tasks> | null>(client);
      choose = setSource;
      const { event } = useSuspenseEventStream(source as EventClient<Tasks>);
      return event?.id;
    }
    const view = await mount(
      <Boundary>
        <Suspense fallback={waiting}>
          <Page />
        </Suspense>
      </Boundary>,
    );
    (await at.server.next()).open().send(progress(9));
    await at.pass();
    await view.shows('9');
    flushSync(() => choose(null));
    expect(view.text).toBe('error: source: expected a stream to wait for, got none');
    heard();
  });
});
