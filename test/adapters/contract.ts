import { EventClient } from 'pushstream-client';
import { createTestClock, createTestServer, type TestClock, type TestServer } from 'pushstream-client/testing';
import { equal } from './assert.ts';
import type { Driver, Props, Tasks, View } from './driver.ts';

/** What every adapter owes its users, whatever the framework. */
export interface Case {
  readonly name: string;
  run(driver: Driver): Promise<void>;
}

interface World {
  readonly clock: TestClock;
  readonly server: TestServer<Tasks>;
  /** Options of the client: an in-memory network, a clock in the test's hand. */
  readonly client: { readonly fetch: typeof fetch; readonly environment: TestClock['environment'] };
  /** A URL of its own for each case: shared clients of one case are no other's. */
  readonly url: string;
  /** Time passes, promises settle, the framework follows. */
  pass(ms?: number): Promise<void>;
}

let worlds = 0;

function world(driver: Driver): World {
  worlds += 1;
  const clock = createTestClock();
  const server = createTestServer<Tasks>();
  return {
    clock,
    server,
    client: { fetch: server.fetch, environment: clock.environment },
    url: `https://server.test/${driver.name}/${worlds}`,
    async pass(ms = 16) {
      await clock.advance(ms);
      await server.settled();
      await clock.advance(16);
      await driver.settle();
    },
  };
}

const progress = (percentage: number) => ({
  type: 'task.progress' as const,
  data: { taskId: 'a', percentage },
  id: String(percentage),
});

const stream = (source: Props['source'], options: object): Props => ({ source, options });

/** Nothing of a case may outlive it. */
async function ended({ clock, server, pass }: World, ...views: readonly View<unknown>[]): Promise<void> {
  for (const view of views) await view.unmount();
  await pass(1);
  equal({ live: server.live.length, timers: clock.pending, page: clock.listeners }, { live: 0, timers: 0, page: 0 });
}

export const contract: readonly Case[] = [
  {
    name: 'shows the status, the newest data and the newest event',
    async run(driver) {
      const at = world(driver);
      const view = await driver.stream(stream(at.url, at.client));
      equal(view.shown.data, undefined);
      await at.pass();
      equal(view.shown.status, 'connecting');
      (await at.server.next()).open().send(progress(10));
      await at.pass();
      equal(view.shown.status, 'open');
      equal(view.shown.data, { taskId: 'a', percentage: 10 });
      equal(view.shown.event?.type, 'task.progress');
      equal(view.shown.lastEventId, '10');
      equal(view.shown.error, null);
      await ended(at, view);
    },
  },
  {
    name: 'every event reaches useEvent, equal payloads and bursts too, and renders nothing',
    async run(driver) {
      const at = world(driver);
      const heard: number[] = [];
      const view = await driver.event({
        ...stream(at.url, at.client),
        type: 'task.progress',
        listener: ({ percentage }) => heard.push(percentage),
      });
      const connection = (await at.server.next()).open();
      await at.pass();
      const { renders } = view;
      for (let n = 0; n < 3; n += 1) connection.send({ ...progress(5), id: `same ${n}` });
      for (let n = 0; n < 100; n += 1) connection.send({ ...progress(n), id: `burst ${n}` });
      await at.pass();
      equal(heard, [5, 5, 5, ...Array.from({ length: 100 }, (_, n) => n)]);
      equal(view.renders, renders);
      await ended(at, view);
    },
  },
  {
    name: 'the newest listener is called',
    async run(driver) {
      const at = world(driver);
      const heard: string[] = [];
      const listen = (name: string): Props => ({
        ...stream(at.url, at.client),
        type: 'task.progress',
        listener: () => heard.push(name),
      });
      const view = await driver.event(listen('first'));
      const connection = (await at.server.next()).open().send(progress(1));
      await at.pass();
      await view.update(listen('second'));
      connection.send(progress(2));
      await at.pass();
      equal(heard, ['first', 'second']);
      equal(at.server.connections.length, 1);
      await ended(at, view);
    },
  },
  {
    name: 'the listeners of `on` are called for every event, the newest of them',
    async run(driver) {
      const at = world(driver);
      const heard: string[] = [];
      const on = (name: string): Props =>
        stream(at.url, { ...at.client, on: { 'task.progress': () => void heard.push(name) } });
      const view = await driver.stream(on('first'));
      const connection = (await at.server.next()).open().send(progress(1)).send(progress(2));
      await at.pass();
      await view.update(on('second'));
      connection.send(progress(3));
      await at.pass();
      equal(heard, ['first', 'first', 'second']);
      await ended(at, view);
    },
  },
  {
    name: 'follows only what was selected, with selectors written in place',
    async run(driver) {
      const at = world(driver);
      const select = (): Props =>
        stream(at.url, { ...at.client, select: ({ status }: { status: string }) => ({ status }) });
      const view = await driver.stream(select());
      const connection = (await at.server.next()).open();
      await at.pass();
      equal(view.shown, { status: 'open' });
      const { renders } = view;
      for (let n = 0; n < 50; n += 1) {
        connection.send(progress(n));
        await at.pass();
      }
      equal(view.renders, renders);
      connection.end();
      await at.pass();
      equal(view.shown, { status: 'reconnecting' });
      await ended(at, view);
    },
  },
  {
    name: 'a thousand events in one frame are one render',
    async run(driver) {
      const at = world(driver);
      const view = await driver.stream(stream(at.url, at.client));
      const connection = (await at.server.next()).open();
      await at.pass();
      const { renders } = view;
      for (let n = 0; n < 1_000; n += 1) connection.send(progress(n));
      await at.pass();
      equal(view.renders, renders + 1);
      equal(view.shown.lastEventId, '999');
      await ended(at, view);
    },
  },
  {
    name: 'unmounting leaves no lease, no listener and no timer',
    async run(driver) {
      const at = world(driver);
      const client = new EventClient<Tasks>(at.url, at.client);
      const views = [
        await driver.stream(stream(client, { on: { '*': () => {} } })),
        await driver.event({ source: client, options: {}, type: 'task.progress', listener: () => {} }),
        await driver.status({ source: client, options: {} }),
        await driver.countdown({ source: client, options: {} }),
      ];
      (await at.server.next()).open().send(progress(1));
      await at.pass();
      equal(client.status, 'open');
      let listeners: readonly string[] = [];
      client.inspect((seen) => {
        if (seen.kind === 'listeners') listeners = [...seen.listeners.keys()];
      });
      await ended(at, ...views);
      equal(
        { leases: client.leases, listeners, status: client.status },
        { leases: 0, listeners: [], status: 'closed' },
      );
    },
  },
  {
    name: 'mount, unmount, mount keeps one connection',
    async run(driver) {
      const at = world(driver);
      const first = await driver.stream(stream(at.url, at.client));
      await first.unmount();
      const second = await driver.stream(stream(at.url, at.client));
      (await at.server.next()).open().send(progress(1));
      await at.pass();
      equal(at.server.connections.length, 1);
      equal(second.shown.status, 'open');
      await ended(at, second);
    },
  },
  {
    name: 'another URL: a new connection, a new state, and nothing late of the old one',
    async run(driver) {
      const at = world(driver);
      const view = await driver.stream(stream(at.url, at.client));
      const before = (await at.server.next()).open().send(progress(1));
      await at.pass();
      await view.update(stream(`${at.url}/other`, at.client));
      before.send(progress(2));
      const after = (await at.server.next()).open();
      await at.pass();
      equal(view.shown.data, undefined);
      after.send(progress(3));
      await at.pass();
      equal(view.shown.data, { taskId: 'a', percentage: 3 });
      equal(before.aborted, true);
      await ended(at, view);
    },
  },
  {
    name: 'without a source, or not enabled, it is idle; with one again it connects',
    async run(driver) {
      const at = world(driver);
      const view = await driver.stream(stream(null, at.client));
      await at.pass();
      equal(view.shown.status, 'idle');
      await view.update(stream(at.url, { ...at.client, enabled: false }));
      await at.pass();
      equal([view.shown.status, at.server.connections.length], ['idle', 0]);
      await view.update(stream(at.url, at.client));
      (await at.server.next()).open().send(progress(1));
      await at.pass();
      equal(view.shown.status, 'open');
      await view.update(stream(false, at.client));
      await at.pass();
      equal([view.shown.status, view.shown.data, at.server.live.length], ['idle', undefined, 0]);
      await ended(at, view);
    },
  },
  {
    name: 'two components of one URL share one connection, which lives as long as one of them',
    async run(driver) {
      const at = world(driver);
      const one = await driver.stream(stream(at.url, at.client));
      const other = await driver.stream(stream(at.url, at.client));
      const connection = (await at.server.next()).open().send(progress(1));
      await at.pass();
      equal(at.server.connections.length, 1);
      equal([one.shown.data, other.shown.data], [progress(1).data, progress(1).data]);
      await one.unmount();
      await at.pass();
      connection.send(progress(2));
      await at.pass();
      equal(other.shown.data, progress(2).data);
      await ended(at, other);
    },
  },
  {
    name: 'shows the error, the wait before the next attempt, and counts it down',
    async run(driver) {
      const at = world(driver);
      const options = { ...at.client, reconnect: { baseDelayMs: 6_000 } };
      const view = await driver.status(stream(at.url, options));
      const seconds = await driver.countdown(stream(at.url, options));
      equal(seconds.shown, null);
      (await at.server.next()).respond(503);
      await at.pass();
      equal(view.shown.status, 'reconnecting');
      equal(view.shown.error?.code, 'http');
      equal(view.shown.retry?.attempt, 1);
      equal(view.shown.retry?.delayMs, 3_250);
      equal(seconds.shown, 4);
      const { renders } = view;
      await at.pass(1_000);
      equal(seconds.shown, 3);
      equal(view.renders, renders);
      await at.pass(2_500);
      (await at.server.next()).open();
      await at.pass();
      equal([view.shown.status, view.shown.error, view.shown.retry, seconds.shown], ['open', null, null, null]);
      await ended(at, view, seconds);
    },
  },
  {
    name: 'pause and resume lose nothing',
    async run(driver) {
      const at = world(driver);
      const view = await driver.stream(stream(at.url, at.client));
      (await at.server.next()).open().send(progress(7));
      await at.pass();
      view.shown.pause();
      await at.pass();
      equal([view.shown.status, at.server.live.length], ['paused', 0]);
      view.shown.resume();
      const connection = await at.server.next();
      equal(connection.request.lastEventId, '7');
      connection.open().send(progress(8));
      await at.pass();
      equal(view.shown.data, progress(8).data);
      await ended(at, view);
    },
  },
  {
    name: 'a component that is gone does not keep others paused',
    async run(driver) {
      const at = world(driver);
      const one = await driver.stream(stream(at.url, at.client));
      const other = await driver.stream(stream(at.url, at.client));
      (await at.server.next()).open();
      await at.pass();
      one.shown.pause();
      await at.pass();
      equal(other.shown.status, 'paused');
      await one.unmount();
      (await at.server.next()).open();
      await at.pass();
      equal(other.shown.status, 'open');
      await ended(at, other);
    },
  },
  {
    name: 'disconnect and connect are this component’s own',
    async run(driver) {
      const at = world(driver);
      const one = await driver.stream(stream(at.url, at.client));
      const other = await driver.stream(stream(at.url, at.client));
      (await at.server.next()).open();
      await at.pass();
      one.shown.disconnect();
      await at.pass();
      equal(other.shown.status, 'open');
      other.shown.disconnect();
      await at.pass();
      equal(other.shown.status, 'closed');
      one.shown.connect();
      (await at.server.next()).open();
      await at.pass();
      equal(one.shown.status, 'open');
      await ended(at, one, other);
    },
  },
  {
    name: 'unmounting a paused component makes no request',
    async run(driver) {
      const at = world(driver);
      const view = await driver.stream(stream(at.url, at.client));
      (await at.server.next()).open();
      await at.pass();
      view.shown.pause();
      await at.pass();
      await view.unmount();
      await at.pass();
      equal(at.server.connections.length, 1);
      await ended(at);
    },
  },
  {
    name: 'after disconnect, connect joins the connection that others have made since',
    async run(driver) {
      const at = world(driver);
      const one = await driver.stream(stream(at.url, at.client));
      (await at.server.next()).open();
      await at.pass();
      one.shown.disconnect();
      await at.pass();
      const other = await driver.stream(stream(at.url, at.client));
      const connection = (await at.server.next()).open();
      await at.pass();
      one.shown.connect();
      await at.pass();
      equal([at.server.connections.length, one.shown.status], [2, 'open']);
      connection.send(progress(1));
      await at.pass();
      equal([one.shown.data, other.shown.data], [progress(1).data, progress(1).data]);
      await ended(at, one, other);
    },
  },
  {
    name: 'another history does not undo this component’s own pause, or its disconnect',
    async run(driver) {
      const at = world(driver);
      const view = await driver.stream(stream(at.url, { ...at.client, history: 1 }));
      (await at.server.next()).open();
      await at.pass();
      view.shown.pause();
      await at.pass();
      await view.update(stream(at.url, { ...at.client, history: 2 }));
      await at.pass();
      equal([view.shown.status, at.server.connections.length], ['paused', 1]);
      view.shown.resume();
      (await at.server.next()).open();
      await at.pass();
      view.shown.disconnect();
      await at.pass();
      await view.update(stream(at.url, { ...at.client, history: 3 }));
      await at.pass();
      equal([view.shown.status, at.server.connections.length], ['closed', 2]);
      view.shown.connect();
      (await at.server.next()).open();
      await at.pass();
      equal(view.shown.status, 'open');
      await ended(at, view);
    },
  },
  {
    name: '`client.off` of a type does not end useEvent',
    async run(driver) {
      const at = world(driver);
      const client = new EventClient<Tasks>(at.url, at.client);
      const heard: number[] = [];
      const view = await driver.event({
        ...stream(client, {}),
        type: 'task.progress',
        listener: ({ percentage }) => heard.push(percentage),
      });
      const connection = (await at.server.next()).open();
      await at.pass();
      client.off('task.progress');
      connection.send(progress(1));
      await at.pass();
      equal(heard, [1]);
      await ended(at, view);
    },
  },
  {
    name: 'a listener of `on` that is undefined is none, from the beginning and later',
    async run(driver) {
      const at = world(driver);
      const heard: number[] = [];
      const on = (listener?: (data: Tasks['task.progress']) => void): Props =>
        stream(at.url, { ...at.client, on: { 'task.progress': listener } });
      const view = await driver.stream(on());
      const connection = (await at.server.next()).open();
      await view.update(on(({ percentage }) => void heard.push(percentage)));
      connection.send(progress(1));
      await at.pass();
      await view.update(on());
      connection.send(progress(2));
      await at.pass();
      equal([heard, view.shown.data], [[1], progress(2).data]);
      await ended(at, view);
    },
  },
  {
    name: 'a history is bounded, and says how many events it let go; clear empties it',
    async run(driver) {
      const at = world(driver);
      const view = await driver.stream(stream(at.url, { ...at.client, history: 3 }));
      const connection = (await at.server.next()).open();
      for (let n = 1; n <= 10; n += 1) connection.send(progress(n));
      await at.pass();
      equal(
        view.shown.events.map(({ data }) => (data as Tasks['task.progress']).percentage),
        [8, 9, 10],
      );
      equal(view.shown.dropped, 7);
      view.shown.clear();
      await at.pass();
      equal([view.shown.events.length, view.shown.dropped, view.shown.data], [0, 0, undefined]);
      await ended(at, view);
    },
  },
  {
    name: 'a reducer runs once per event',
    async run(driver) {
      const at = world(driver);
      let runs = 0;
      const reduce = (sum: number, { data }: { data: { percentage: number } }): number => {
        runs += 1;
        return sum + data.percentage;
      };
      const props = (): Props =>
        stream(at.url, { ...at.client, events: 'task.progress', initial: 0, reduce: reduce.bind(undefined) });
      const view = await driver.stream(props());
      equal(view.shown.data, 0);
      const connection = (await at.server.next()).open();
      for (let n = 1; n <= 10; n += 1) connection.send(progress(n));
      await at.pass();
      await view.update(props());
      connection.send(progress(11));
      await at.pass();
      equal([runs, view.shown.data], [11, 66]);
      await ended(at, view);
    },
  },
  {
    name: 'data that is a function is data',
    async run(driver) {
      const at = world(driver);
      const initial = (): number => 7;
      const view = await driver.stream(stream(at.url, { ...at.client, initial, reduce: (data: unknown) => data }));
      await at.pass();
      equal(view.shown.data === initial, true);
      await ended(at, view);
    },
  },
  {
    name: 'a seed is shown at once, and the client resumes behind it',
    async run(driver) {
      const at = world(driver);
      const seed = { data: progress(40).data, lastEventId: '40' };
      const view = await driver.stream(stream(at.url, { ...at.client, seed }));
      equal(view.shown.data, progress(40).data);
      const connection = await at.server.next();
      equal(connection.request.lastEventId, '40');
      connection.open().send(progress(41));
      await at.pass();
      equal(view.shown.data, progress(41).data);
      await ended(at, view);
    },
  },
  {
    name: 'a client of one’s own is used as it is, and what was connected by hand stays',
    async run(driver) {
      const at = world(driver);
      const client = new EventClient<Tasks>(at.url, at.client);
      client.connect();
      const connection = (await at.server.next()).open();
      await at.pass();
      const view = await driver.stream(stream(client, {}));
      await at.pass();
      equal(view.shown.status, 'open');
      connection.send(progress(1));
      await at.pass();
      equal(view.shown.data, progress(1).data);
      await view.unmount();
      await at.pass();
      equal(client.status, 'open');
      client.disconnect();
      await ended(at);
    },
  },
];
