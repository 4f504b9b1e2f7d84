import { describe, expect, test } from 'vitest';
import { NetworkError } from '../../packages/client/src/errors.ts';
import { VirtualTime } from '../support/virtual-time.ts';
import { connect, streaming } from './support.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function dataOf({ reports }: ReturnType<typeof connect>): string[] {
  return reports
    .flatMap((report) => (report.type === 'frames' ? report.frames : []))
    .flatMap((frame) => (frame.kind === 'event' ? [frame.data] : []));
}

describe('the fetch transport', () => {
  test('reports the opening, frames for every chunk, and the end', async () => {
    const stream = streaming();
    const made = connect({}, () => stream.response);
    await made.until('opened');
    stream.write('da');
    await turn();
    stream.write('ta: 1\n\n');
    stream.end();
    await made.until('ended');
    expect(made.reports.map(({ type }) => type)).toEqual(['opened', 'frames', 'frames', 'ended']);
    expect(dataOf(made)).toEqual(['1']);
  });

  test('a rejected fetch, a broken body and a missing one are failures', async () => {
    const rejected = connect({}, () =>
      Promise.reject(new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') })),
    );
    expect(await rejected.until('failed')).toMatchObject({
      error: {
        code: 'network',
        message: 'Expected a stream from https://server.test/events, got: fetch failed: ECONNREFUSED',
      },
    });
    const body = new ReadableStream({ start: (controller) => controller.error(new Error('reset')) });
    const broken = connect({}, () => new Response(body, { headers: { 'content-type': 'text/event-stream' } }));
    expect(await broken.until('failed')).toMatchObject({ error: { cause: expect.any(Error) } });
    const missing = connect({}, () => new Response(null, { headers: { 'content-type': 'text/event-stream' } }));
    const report = await missing.until('failed');
    expect(report.type === 'failed' && report.error).toBeInstanceOf(NetworkError);
  });

  test('the origin is that of the URL that answered', async () => {
    const response = Object.defineProperty(streaming().response, 'url', { value: 'https://edge.test/events' });
    const made = connect({}, () => response);
    expect(await made.until('opened')).toMatchObject({ info: { url: 'https://edge.test/events', status: 200 } });
  });

  test('the body of a refusal is released', async () => {
    const stream = streaming();
    const made = connect({}, () => new Response(stream.response.body, { status: 500 }));
    await made.until('failed');
    await stream.cancelled;
  });

  test('abort while the fetch is out: what comes later is released and says nothing', async () => {
    const stream = streaming();
    let answer: (response: Response) => void = () => {};
    const made = connect({}, () => new Promise((resolve) => (answer = resolve)));
    await turn();
    made.abort();
    answer(stream.response);
    await stream.cancelled;
    expect(made.reports).toEqual([]);
  });

  test('abort cancels the body, also of a fetch that ignores its signal, and ends the delivery', async () => {
    const stream = streaming();
    const made = connect({}, () => stream.response);
    await made.until('opened');
    made.abort();
    await stream.cancelled;
    expect(made.reports).toHaveLength(1);
  });

  test('rule 6: one read is always outstanding, and at most one further chunk waits', async () => {
    let reads = 0;
    let chunks = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          reads += 1;
          if (chunks < 5) controller.enqueue(new TextEncoder().encode(`data: ${(chunks += 1)}\n\n`));
        },
      },
      { highWaterMark: 0 },
    );
    const time = new VirtualTime();
    let proceed: () => void = () => {};
    // Every piece takes longer than a slice; the host keeps its turn until it is let go.
    const environment = { ...time.environment, yieldToHost: () => new Promise<void>((resolve) => (proceed = resolve)) };
    time.environment.monotonicNow = environment.monotonicNow = () => (time.monotonic += 100);
    time.environment.yieldToHost = environment.yieldToHost;
    const made = connect({}, () => new Response(body, { headers: { 'content-type': 'text/event-stream' } }), time);
    await made.until('frames');
    await turn();
    expect([dataOf(made).length, reads]).toEqual([1, 2]);
    proceed();
    await turn();
    expect([dataOf(made).length, reads]).toEqual([2, 3]);
    made.abort();
  });

  test('a large chunk is handed on in pieces, and yields between them', async () => {
    const stream = streaming();
    const time = new VirtualTime();
    let yields = 0;
    time.environment.yieldToHost = () => {
      yields += 1;
      return Promise.resolve();
    };
    time.environment.monotonicNow = () => (time.monotonic += 5);
    const made = connect({}, () => stream.response, time);
    await made.until('opened');
    stream.write(Array.from({ length: 40_000 }, (_, n) => `data: ${n}\n\n`).join(''));
    stream.end();
    await made.until('ended');
    expect(dataOf(made)).toHaveLength(40_000);
    expect(made.reports.length).toBeGreaterThan(10);
    expect(yields).toBeGreaterThan(5);
  });

  test('abort while the host has its turn ends the delivery', async () => {
    const stream = streaming();
    const time = new VirtualTime();
    time.environment.monotonicNow = () => (time.monotonic += 100);
    const made = connect({}, () => stream.response, time);
    time.environment.yieldToHost = () => Promise.resolve();
    await made.until('opened');
    stream.write('data: 1\n\n'.repeat(20_000));
    await made.until('frames');
    made.abort();
    const before = made.reports.length;
    await turn();
    expect(made.reports).toHaveLength(before);
  });
});
