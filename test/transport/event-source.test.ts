import { expect, test } from 'vitest';
import { createFramer, isMessage } from '../../packages/client/src/event-source/frames.ts';
import { eventSourceTransport } from '../../packages/client/src/event-source/index.ts';
import { EventClient } from '../../packages/client/src/index.ts';
import type { Query, TransportReport, TransportRequest } from '../../packages/client/src/transport/transport.ts';
import { request as base } from './support.ts';
import { VirtualTime } from '../support/virtual-time.ts';

/** An EventSource that says what the test has it say. */
class ScriptedSource extends EventTarget {
  static readonly made: ScriptedSource[] = [];
  readonly url: string;
  readonly withCredentials: boolean;
  readonly types: string[] = [];
  closed = 0;

  constructor(url: string, { withCredentials }: { withCredentials: boolean }) {
    super();
    this.url = url;
    this.withCredentials = withCredentials;
    ScriptedSource.made.push(this);
  }

  override addEventListener(type: string, listener: (event: Event) => void): void {
    this.types.push(type);
    super.addEventListener(type, listener);
  }

  say(type: string, data?: string, lastEventId = ''): void {
    this.dispatchEvent(data === undefined ? new Event(type) : new MessageEvent(type, { data, lastEventId }));
  }

  close(): void {
    this.closed += 1;
  }
}

interface Made extends Disposable {
  readonly reports: TransportReport[];
  readonly source: ScriptedSource;
  /** What is listened to from now on. */
  listen(...types: string[]): void;
  /** Who still wants to know. */
  readonly watchers: number;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function connect(change: Partial<TransportRequest> = {}): Promise<Made> {
  const reports: TransportReport[] = [];
  const watchers = new Set<(types: ReadonlySet<string>) => void>();
  const transport = eventSourceTransport({ EventSource: ScriptedSource });
  const watchTypes: TransportRequest['watchTypes'] = (watch) => {
    watchers.add(watch);
    watch(new Set(['a', '*', 'task.*']));
    return () => void watchers.delete(watch);
  };
  const { environment } = new VirtualTime();
  const abort = transport.open({ ...base, environment, watchTypes, ...change }, (report) => reports.push(report));
  await turn();
  const source = ScriptedSource.made.at(-1);
  if (!source) throw new Error('no EventSource was made');
  return {
    reports,
    source,
    listen: (...types) => watchers.forEach((watch) => watch(new Set(types))),
    get watchers() {
      return watchers.size;
    },
    [Symbol.dispose]: abort,
  };
}

const message = (type: string, data: string, lastEventId = ''): MessageEvent<string> =>
  new MessageEvent(type, { data, lastEventId });

test('a message is an event without an id of its own, with the last one of its stream where that has changed', () => {
  const frameOf = createFramer();
  const event = (data: string) => ({ kind: 'event', type: 'a', data, id: undefined });
  expect(frameOf(message('a', '1'))).toEqual(event('1'));
  expect(frameOf(message('a', '2', 'x'))).toEqual({ ...event('2'), lastEventId: 'x' });
  expect(frameOf(message('a', '3', 'x'))).toEqual(event('3'));
  expect(frameOf(message('a', '4', ''))).toEqual({ ...event('4'), lastEventId: '' });
});

test('only what a server sent has data', () => {
  expect(isMessage(message('error', ''))).toBe(true);
  expect(isMessage(new Event('error'))).toBe(false);
  expect(isMessage(Object.assign(new Event('error'), { data: undefined }))).toBe(false);
});

test('it asks for the names that are listened to, once each, and for those that the client needs', async () => {
  using made = await connect();
  made.listen('a', 'b', 'error', 'message', 'pushstream.reset', '*.b');
  expect(made.source.types.toSorted()).toEqual([
    'a',
    'b',
    'error',
    'message',
    'open',
    'pushstream.closing',
    'pushstream.dropped',
    'pushstream.ready',
    'pushstream.reset',
  ]);
});

test('it tells of the opening and of messages, also of those that are called like its own events', async () => {
  using made = await connect();
  const { source, reports } = made;
  source.say('open');
  source.say('open', '1');
  source.say('error', '2', 'x');
  source.say('a', '3', 'x');
  source.say('a');
  expect(reports[0]).toMatchObject({ type: 'opened', carriesBody: false, info: { status: 200 } });
  expect(reports.slice(1)).toEqual([
    { type: 'frames', frames: [{ kind: 'event', type: 'open', data: '1', id: undefined }] },
    { type: 'frames', frames: [{ kind: 'event', type: 'error', data: '2', id: undefined, lastEventId: 'x' }] },
    { type: 'frames', frames: [{ kind: 'event', type: 'a', data: '3', id: undefined }] },
  ]);
  expect(source.closed).toBe(0);
});

test('a failure closes it at once, is told once, and ends the watching', async () => {
  using made = await connect();
  made.source.say('open');
  made.source.say('error');
  expect(made.source.closed).toBeGreaterThan(0);
  made.source.say('error');
  made.source.say('a', '1');
  expect(made.reports.map(({ type }) => type)).toEqual(['opened', 'failed']);
  expect(made.watchers).toBe(0);
});

test('after an abort nothing is told, and nothing watched', async () => {
  const made = await connect();
  made[Symbol.dispose]();
  for (const type of ['open', 'error']) made.source.say(type);
  made.source.say('a', '1');
  expect(made.reports).toEqual([]);
  expect([made.source.closed > 0, made.watchers]).toEqual([true, 0]);
});

test('an abort while a function is asked makes no EventSource', async () => {
  const { length } = ScriptedSource.made;
  let answer = (): void => {};
  const query = (): Promise<Query> =>
    new Promise((resolve) => {
      answer = () => resolve({});
    });
  const { environment } = new VirtualTime();
  const transport = eventSourceTransport({ EventSource: ScriptedSource });
  const abort = transport.open({ ...base, environment, query }, () => {});
  abort();
  answer();
  await turn();
  expect(ScriptedSource.made).toHaveLength(length);
});

test.each([
  ['include', true],
  ['same-origin', false],
] as const)('credentials %s: withCredentials %s', async (credentials, withCredentials) => {
  using made = await connect({
    credentials: () => credentials,
    query: { a: 1 },
    lastEventId: 'x',
    resume: { header: false, query: 'id' },
  });
  expect(made.source.withCredentials).toBe(withCredentials);
  expect(made.source.url).toBe('https://server.test/events?a=1&id=x');
});

test('a constructor that throws is a failed attempt', async () => {
  class Broken extends ScriptedSource {
    constructor() {
      super('', { withCredentials: false });
      throw new SyntaxError('not this URL');
    }
  }
  const reports: TransportReport[] = [];
  const { environment } = new VirtualTime();
  eventSourceTransport({ EventSource: Broken }).open({ ...base, environment }, (report) => reports.push(report));
  await turn();
  expect(reports).toMatchObject([{ type: 'failed', error: { code: 'network', cause: expect.any(SyntaxError) } }]);
});

test('the cursor passes an event of an EventSource after its listeners, as with every transport', () => {
  const transport = {
    open: (_request: unknown, report: (said: TransportReport) => void) => ((tell = report), () => {}),
  };
  let tell: (said: TransportReport) => void = () => {};
  const client = new EventClient('http://server.test/', { transport });
  const cursors: string[] = [];
  client.on('a', (_data, event) => cursors.push(`${client.lastEventId} ${event.lastEventId}`));
  client.connect();
  tell({ type: 'opened', carriesBody: false, info: { url: '', status: 200, headers: { get: () => null } } });
  const frame = { kind: 'event', type: 'a', data: '1', id: undefined } as const;
  tell({
    type: 'frames',
    frames: [
      { ...frame, lastEventId: 'x' },
      { ...frame, lastEventId: 'y' },
    ],
  });
  expect(cursors).toEqual([' x', 'x y']);
  expect(client.lastEventId).toBe('y');
  client.disconnect();
});
