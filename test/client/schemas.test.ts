import * as v from 'valibot';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { DecodeError, EventClient, liveState } from '../../packages/client/src/index.ts';
import { ScriptedTransport } from '../support/scripted-transport.ts';
import { VirtualTime } from '../support/virtual-time.ts';
import { url } from './support.ts';

const withZod = { 'task.progress': z.object({ taskId: z.string(), percentage: z.coerce.number().min(0) }) };
const withValibot = {
  'task.progress': v.object({
    taskId: v.string(),
    percentage: v.pipe(v.union([v.string(), v.number()]), v.transform(Number), v.minValue(0)),
  }),
};

const event = (data: unknown): string => `event: task.progress\nid: 1\ndata: ${JSON.stringify(data)}\n\n`;

describe.each([
  ['zod', withZod],
  ['valibot', withValibot],
])('schemas by %s', (_library, schemas) => {
  const make = () => {
    const transport = new ScriptedTransport();
    const time = new VirtualTime();
    const client = new EventClient(url, { schemas, transport, environment: time.environment });
    const errors: unknown[] = [];
    client.lifecycle.on('error', (error) => errors.push(error));
    client.connect();
    transport.last.open();
    return { client, transport, time, errors };
  };

  test('infer the event map, and give listeners what they make of the data', () => {
    const { client, transport } = make();
    const seen: unknown[] = [];
    client.on('task.progress', (data) => {
      expectTypeOf(data).toEqualTypeOf<{ taskId: string; percentage: number }>();
      seen.push(data);
    });
    transport.last.send(event({ taskId: 'a', percentage: '50' }));
    expect(seen).toEqual([{ taskId: 'a', percentage: 50 }]);
  });

  test('what they refuse goes to nobody, is one error that says where, and the stream lives', () => {
    const { client, transport, errors } = make();
    const seen: unknown[] = [];
    client.on('*', (data) => seen.push(data));
    transport.last.send(event({ taskId: 'a', percentage: -1 }) + event({ taskId: 'b', percentage: 2 }));
    expect(seen).toEqual([{ taskId: 'b', percentage: 2 }]);
    expect(errors).toHaveLength(1);
    const [error] = errors;
    if (!(error instanceof DecodeError)) throw new Error('expected a DecodeError');
    expect(error.message).toBe('Expected the data of "task.progress" to be what its schema says, got 1 issues');
    expect(error.issues).toHaveLength(1);
    expect(JSON.stringify(error.issues[0]?.path)).toContain('percentage');
    expect(error.event.raw).toBe('{"taskId":"a","percentage":-1}');
    expect(client.lastEventId).toBe('1');
    expect(client.status).toBe('open');
  });

  test('types without a schema pass as they are', () => {
    const { client, transport } = make();
    const seen: unknown[] = [];
    client.on('*', (data) => seen.push(data));
    transport.last.send('event: other\ndata: 1\n\n');
    expect(seen).toEqual([1]);
  });

  test('run once per event, however many listen', () => {
    const { client, transport, time } = make();
    const seen = new Set<unknown>();
    for (let n = 0; n < 5; n += 1) client.on('task.progress', (data) => seen.add(data));
    const last = liveState(client, { initial: {}, reduce: (_state, { data }) => data });
    transport.last.send(event({ taskId: 'a', percentage: 1 }));
    time.advance(16);
    expect([...seen]).toEqual([last.getSnapshot()]);
    expect(seen.has(last.getSnapshot())).toBe(true);
  });
});

test('an asynchronous schema is a clear TypeError, and the stream lives', () => {
  const transport = new ScriptedTransport();
  const time = new VirtualTime();
  const slow = z.string().refine(() => Promise.resolve(true));
  const standard = {
    '~standard': { version: 1, vendor: 'slow', validate: (value: unknown) => Promise.resolve({ value }) },
  } as const;
  const client = new EventClient(url, { schemas: { slow, standard }, transport, environment: time.environment });
  const seen: unknown[] = [];
  client.on('*', (data) => seen.push(data));
  client.connect();
  transport.last.open().send('event: standard\ndata: 1\n\nevent: other\ndata: 2\n\n');
  expect(seen).toEqual([2]);
  expect(time.reported).toEqual([
    new TypeError('options.schemas["standard"]: expected a synchronous schema, got one that returns a promise'),
  ]);
  expect(client.status).toBe('open');
});

test('a schema that throws is a DecodeError', () => {
  const transport = new ScriptedTransport();
  const time = new VirtualTime();
  const broken = {
    '~standard': {
      version: 1,
      vendor: 'broken',
      validate: (): never => {
        throw new Error('broken');
      },
    },
  } as const;
  const client = new EventClient(url, { schemas: { broken }, transport, environment: time.environment });
  const errors: unknown[] = [];
  client.lifecycle.on('error', (error) => errors.push(error));
  client.on('broken', () => {});
  client.connect();
  transport.last.open().send('event: broken\ndata: 1\n\n');
  expect(errors).toMatchObject([{ code: 'decode', cause: new Error('broken'), issues: [] }]);
});

test('a type called __proto__ has no schema by accident', () => {
  const transport = new ScriptedTransport();
  const time = new VirtualTime();
  const client = new EventClient<Record<string, unknown>>(url, {
    schemas: {},
    transport,
    environment: time.environment,
  });
  const seen: unknown[] = [];
  client.on('*', (data) => seen.push(data));
  client.connect();
  transport.last.open().send('event: __proto__\ndata: 1\n\nevent: constructor\ndata: 2\n\n');
  expect(seen).toEqual([1, 2]);
});

test('what is no Standard Schema is refused at once', () => {
  const schemas = { x: { parse: () => 1 } } as never;
  expect(() => new EventClient(url, { schemas })).toThrow(
    'options.schemas["x"]: expected a Standard Schema, got object',
  );
});
