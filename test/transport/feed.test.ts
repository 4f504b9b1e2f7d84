import { expect, test } from 'vitest';
import { createFeed, type Feed } from '../../packages/client/src/transport/feed.ts';
import type { TransportReport } from '../../packages/client/src/transport/transport.ts';
import { VirtualTime } from '../support/virtual-time.ts';
import { request } from './support.ts';

interface Fed {
  readonly feed: Feed;
  readonly reports: TransportReport[];
  readonly time: VirtualTime;
  readonly controller: AbortController;
  /** How often the host had its turn. */
  readonly turns: number;
  /** What a report costs, in milliseconds. */
  costMs: number;
}

function fed(): Fed {
  const time = new VirtualTime();
  const reports: TransportReport[] = [];
  const controller = new AbortController();
  let turns = 0;
  const environment = {
    ...time.environment,
    yieldToHost: () => {
      turns += 1;
      return Promise.resolve();
    },
  };
  const take = (report: TransportReport): void => {
    reports.push(report);
    time.monotonic += made.costMs;
  };
  const made = {
    feed: createFeed({ ...request, environment }, take, controller.signal),
    reports,
    time,
    controller,
    costMs: 0,
    get turns() {
      return turns;
    },
  };
  return made;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const kinds = ({ reports }: Fed): number[] =>
  reports.map((report) => (report.type === 'frames' ? report.frames.length : -1));

test('a chunk is one report, with nothing to wait for', () => {
  const made = fed();
  expect(made.feed(bytes('data: 1\n\ndata: 2\n\n'))).toBeUndefined();
  expect(made.reports).toMatchObject([{ type: 'frames', frames: [{ data: '1' }, { data: '2' }], hasBegun: false }]);
});

test('also bytes that complete nothing, not even a character, are reported', () => {
  const made = fed();
  void made.feed(Uint8Array.of(0xe4));
  void made.feed(Uint8Array.of(0xb8));
  void made.feed(bytes('\ndata: x'));
  expect(kinds(made)).toEqual([0, 0, 0]);
  expect(made.reports[2]).toMatchObject({ hasBegun: true });
});

test('a long chunk is taken in pieces of 32 Ki characters', () => {
  const made = fed();
  expect(made.feed(bytes(':\n'.repeat(40_000)))).toBeUndefined();
  expect(kinds(made)).toEqual([16_384, 16_384, 7_232]);
});

test('after 8 ms of work the host has its turn, and pieces get smaller for slow listeners', async () => {
  const made = fed();
  made.costMs = 5;
  await made.feed(bytes(':\n'.repeat(40_000)));
  expect(kinds(made).slice(0, 4)).toEqual([16_384, 8_192, 4_096, 2_048]);
  expect(made.turns).toBe(Math.floor(made.reports.length / 2));
  expect(kinds(made).reduce((sum, count) => sum + count)).toBe(40_000);
});

test('work on small chunks adds up, a wait between them gave the host its turn', async () => {
  const busy = fed();
  busy.costMs = 3;
  const turns: (Promise<void> | undefined)[] = [];
  for (let chunk = 0; chunk < 3; chunk += 1) turns.push(busy.feed(bytes(':\n')));
  expect(turns).toEqual([undefined, undefined, expect.any(Promise)]);
  await turns[2];
  expect(busy.feed(bytes(':\n'))).toBeUndefined();
  const idle = fed();
  idle.costMs = 3;
  for (let chunk = 0; chunk < 6; chunk += 1) {
    idle.time.monotonic += 9;
    expect(idle.feed(bytes(':\n'))).toBeUndefined();
  }
});

test('a wait that is shorter than the host needs for its turn adds up too: chunks may be handed over one by one', () => {
  const made = fed();
  made.costMs = 2;
  const turns = Array.from({ length: 3 }, () => {
    made.time.monotonic += 1.5;
    return made.feed(bytes(':\n'));
  });
  expect(turns).toEqual([undefined, undefined, expect.any(Promise)]);
});

test('an abort ends it, between pieces and while the host has its turn', async () => {
  const between = fed();
  between.controller.abort();
  void between.feed(bytes(':\n'.repeat(40_000)));
  expect(between.reports).toHaveLength(1);
  const meanwhile = fed();
  meanwhile.costMs = 10;
  const turn = meanwhile.feed(bytes(':\n'.repeat(40_000)));
  meanwhile.controller.abort();
  await turn;
  expect(meanwhile.reports).toHaveLength(1);
});
