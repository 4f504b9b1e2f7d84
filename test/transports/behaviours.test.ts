import { EventSource } from 'eventsource';
import { describe, expect, test } from 'vitest';
import { eventSourceTransport } from '../../packages/client/src/event-source/index.ts';
import type { Transport, TransportLimit } from '../../packages/client/src/index.ts';
import { nodeTransport } from '../../packages/client/src/node/index.ts';
import { answers } from './answers.ts';
import type { Behaviour } from './behaviour.ts';
import { lives } from './lives.ts';
import { parsing } from './parsing.ts';
import { resuming } from './resuming.ts';
import { watchOn } from './watch.ts';

const behaviours: readonly Behaviour[] = [...answers, ...parsing, ...resuming, ...lives];

const limits: readonly TransportLimit[] = [
  'patterns',
  'comments',
  'bytes',
  'ids',
  'status',
  'headers',
  'method',
  'body',
  'redirect',
  'resume',
];

/** What each transport must not be asked for, as the documentation says. */
const transports: readonly (readonly [string, Transport | undefined, readonly TransportLimit[]])[] = [
  ['fetch', undefined, []],
  ['node:http', nodeTransport(), []],
  ['EventSource', eventSourceTransport({ EventSource }), limits],
];

describe.each(transports)('over %s', (_name, transport, expected) => {
  const cannot = transport?.cannot ?? [];
  const isKept = ({ needs }: Behaviour): boolean => !needs.some((need) => cannot.includes(need));

  test('no more is left out than is documented, and for each limit there is a reason', () => {
    expect(cannot).toEqual(expected);
    const reasons = behaviours.filter((one) => !isKept(one)).flatMap(({ needs }) => needs);
    expect(new Set(reasons)).toEqual(new Set(cannot));
  });

  test.concurrent.each(behaviours.filter(isKept))('$says', ({ prove }) => prove(watchOn(transport)));
});
