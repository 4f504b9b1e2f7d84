import { describe, expect, test } from 'vitest';
import type { InputType, PhaseName } from '../../packages/client/src/connection/state.ts';
import {
  AttemptsExhaustedError,
  ConnectTimeoutError,
  HeartbeatTimeoutError,
  HttpError,
  NetworkError,
} from '../../packages/client/src/errors.ts';
import { failed, Machine, opened, type Said } from './machine.ts';
import { table } from './transition-table.ts';

const event = { kind: 'event', type: 'message', data: '1', id: undefined } as const;
const comment = { kind: 'comment', text: 'hb' } as const;

/** One example of each input. */
const examples: Record<InputType, Said> = {
  connect: { type: 'connect' },
  disconnect: { type: 'disconnect' },
  reconnect: { type: 'reconnect' },
  pause: { type: 'pause', reason: 'other' },
  resume: { type: 'resume', reason: 'test' },
  suspect: { type: 'suspect', suspicion: 'thawed' },
  timer: { type: 'timer' },
  opened,
  frames: { type: 'frames', frames: [event] },
  ended: { type: 'ended' },
  failed,
  fatal: { type: 'fatal', error: null },
  heartbeat: { type: 'heartbeat', intervalMs: 15_000 },
  closing: { type: 'closing', retryMs: 2_000 },
};

describe('the table', () => {
  const cells = Object.entries(table).flatMap(([phase, row]) =>
    Object.entries(row).map(([input, cell]) => [phase as PhaseName, input as InputType, cell.to] as const),
  );

  test.each(cells)('%s and %s: %s', (phase, input, to) => {
    const machine = new Machine({ heartbeatTimeoutMs: 60_000 }).to(phase);
    const before = machine.state;
    if (input === 'timer') machine.fire();
    else machine.send(examples[input]);
    if (to === '–') {
      expect(machine.state).toBe(before);
      expect(machine.effects).toEqual([]);
    } else {
      expect(machine.state).not.toBe(before);
      expect(machine.state.phase).toBe(to);
    }
  });

  test('in every phase a word of another connection is dropped', () => {
    for (const phase of Object.keys(table) as PhaseName[]) {
      for (const input of ['opened', 'frames', 'ended', 'failed', 'fatal', 'heartbeat', 'closing'] as const) {
        const machine = new Machine().to(phase);
        const before = machine.state;
        machine.send(examples[input], before.connectionId + 1);
        expect(machine.state).toBe(before);
        machine.send(examples[input], before.connectionId - 1);
        expect(machine.state).toBe(before);
      }
    }
  });
});

describe('rule 1: the delay', () => {
  test.each([
    ['nothing asked', {}, 250],
    ['retry: 3000', { retryMs: 3_000 }, 3_000],
    ['retry: 0', { retryMs: 0 }, 250],
    ['retry above five minutes', { retryMs: 99_999_999_999 }, 300_000],
    ['infinitely many digits', { retryMs: Infinity }, 300_000],
    ['Retry-After', { retryAfterMs: 7_000 }, 7_000],
    ['a Retry-After that is not a number', { retryAfterMs: Number.NaN }, 250],
    ['both: the larger one', { retryMs: 9_000, retryAfterMs: 7_000 }, 9_000],
  ])('its floor with %s', (_name, { retryMs, retryAfterMs }: { retryMs?: number; retryAfterMs?: number }, floorMs) => {
    const machine = new Machine().to('open');
    machine.random = 0;
    if (retryMs !== undefined) machine.send({ type: 'frames', frames: [{ kind: 'retry', retryMs }] });
    machine.send({ ...failed, retryAfterMs });
    expect(machine.state.retry?.delayMs).toBe(floorMs);
    expect(machine.state.dueAt).toBe(machine.now + floorMs);
    machine.fire().send(failed);
    expect(machine.state.retry?.delayMs, 'retry lasts, Retry-After does not').toBe(
      Math.max(250, Math.min(retryMs ?? 0, 300_000)),
    );
  });

  test('its random part grows by the factor, n = 0 for the first retry, up to maxDelayMs', () => {
    const machine = new Machine().to('connecting');
    const delays: number[] = [];
    for (let attempt = 1; attempt <= 8; attempt += 1) {
      machine.random = 0.999_999;
      delays.push(machine.send(failed).state.retry?.delayMs ?? 0);
      expect(machine.state.retry?.attempt).toBe(attempt);
      machine.fire();
    }
    expect(delays).toEqual([1_250, 2_250, 4_250, 8_250, 16_250, 30_250, 30_250, 30_250]);
  });

  test('it is never NaN, infinite or above what a timer can', () => {
    for (const random of [0, 0.5, 1 - 2 ** -53]) {
      for (const attempt of [0, 1, 40, 2_000, 1e9]) {
        const machine = new Machine({ baseDelayMs: 2 ** 31 - 1, maxDelayMs: 2 ** 31 - 1, factor: 1_000 }).to(
          'connecting',
        );
        machine.state = { ...machine.state, attempt };
        machine.random = random;
        const { delayMs } = machine.send({ ...failed, retryAfterMs: Infinity }).state.retry ?? { delayMs: Number.NaN };
        expect(delayMs).toBeGreaterThanOrEqual(300_000);
        expect(delayMs).toBeLessThanOrEqual(2 ** 31 - 1);
      }
    }
  });
});

describe('rule 2: health', () => {
  test('attempt falls to 0 after healthyAfterMs open, judged from the opening', () => {
    const machine = new Machine().to('waiting').fire().send(failed).fire().send(opened);
    expect(machine.state.attempt).toBe(2);
    machine.pass(10_000).send(failed);
    expect(machine.state.attempt).toBe(1);
  });

  test('an earlier connection gives no health: failures that follow it count up', () => {
    const machine = new Machine().to('open').pass(20_000).send(failed);
    const attempts = Array.from(
      { length: 4 },
      () => machine.pass(60_000).send({ type: 'timer' }).send(failed).state.attempt,
    );
    expect(attempts).toEqual([2, 3, 4, 5]);
  });

  test('a stream that dies before it is healthy counts on', () => {
    const machine = new Machine().to('waiting').fire().send(opened).pass(9_999).send(failed);
    expect(machine.state.attempt).toBe(2);
  });

  test('a clean end after health is rotation, not failure', () => {
    const machine = new Machine({ maxAttempts: 1 }).to('open').pass(10_000).send({ type: 'ended' });
    expect(machine.state).toMatchObject({ phase: 'waiting', attempt: 0, error: null });
    expect(machine.announced).toEqual(['retry']);
  });

  test('a clean end before health is a failure that says so', () => {
    const machine = new Machine().to('open').pass(20).send({ type: 'ended' });
    expect(machine.state.error).toBeInstanceOf(NetworkError);
    expect(machine.state.attempt).toBe(1);
    expect(machine.announced).toEqual(['error', 'retry']);
  });

  test('an end that the server announced is rotation whatever the age, and its wait is the floor', () => {
    const machine = new Machine().to('open').send({ type: 'closing', retryMs: 4_000 });
    machine.random = 0;
    machine.send({ type: 'ended' });
    expect(machine.state).toMatchObject({ phase: 'waiting', attempt: 1, error: null });
    expect(machine.state.retry?.delayMs).toBe(4_000);
  });

  test('a server that only ever says goodbye is not hurried back to', () => {
    const machine = new Machine().to('connecting');
    machine.random = 0.999_999;
    const delays = Array.from({ length: 4 }, () => {
      machine.send(opened).send({ type: 'closing', retryMs: 0 }).send({ type: 'ended' });
      const { delayMs } = machine.state.retry ?? { delayMs: 0 };
      machine.fire();
      return delayMs;
    });
    expect(delays).toEqual([1_250, 2_250, 4_250, 8_250]);
  });

  test('announced ends use no attempts up', () => {
    const machine = new Machine({ maxAttempts: 3 }).to('connecting');
    for (let n = 0; n < 5; n += 1)
      machine.send(opened).send({ type: 'closing', retryMs: 0 }).send({ type: 'ended' }).fire();
    expect(machine.send(failed).state.phase).toBe('waiting');
  });

  test('an end before the opening is a failure, however little health takes', () => {
    const machine = new Machine({ healthyAfterMs: 0 }).to('connecting').send({ type: 'ended' });
    expect(machine.state).toMatchObject({ phase: 'waiting', attempt: 1, error: expect.any(NetworkError) });
  });

  test.each(['pause', 'reconnect'] as const)('health counts however the connection is left: %s', (command) => {
    const machine = new Machine({ maxAttempts: 3 }).to('connecting');
    for (let n = 0; n < 3; n += 1) machine.send(failed).fire();
    machine.send(opened).pass(3_600_000);
    if (command === 'pause') machine.send({ type: 'pause', reason: 'x' }).send({ type: 'resume', reason: 'x' });
    else machine.send({ type: 'reconnect' });
    machine.send(failed);
    expect(machine.state).toMatchObject({ phase: 'waiting', attempt: 1 });
  });
});

describe('attempts', () => {
  test('used up: closed with an error whose cause is the last failure', () => {
    const machine = new Machine({ maxAttempts: 2 }).to('waiting').fire().send(failed).fire().send(failed);
    expect(machine.state.phase).toBe('closed');
    expect(machine.state.error).toBeInstanceOf(AttemptsExhaustedError);
    expect(machine.state.error?.cause).toBe(failed.error);
    expect(machine.announced).toEqual(['error', 'close']);
  });

  test('none allowed: the failure itself closes, a clean end closes without an error', () => {
    expect(new Machine({ maxAttempts: 0 }).to('waiting').state).toMatchObject({ phase: 'closed', error: failed.error });
    expect(new Machine({ maxAttempts: 0 }).to('open').send({ type: 'ended' }).state).toMatchObject({
      phase: 'closed',
      error: null,
    });
  });

  test('connect after closed starts from 0', () => {
    const machine = new Machine({ maxAttempts: 1 }).to('waiting').fire().send(failed).send({ type: 'connect' });
    expect(machine.state).toMatchObject({ phase: 'connecting', attempt: 0, error: null });
  });
});

describe('rule 5: a request with a body', () => {
  const posted = { ...opened, carriesBody: true } as const;
  const answered = (policy = {}): Machine =>
    new Machine(policy)
      .to('connecting')
      .send(posted)
      .send({ type: 'frames', frames: [event] });

  test('is not sent again after data arrived', () => {
    expect(answered().send(failed).state).toMatchObject({ phase: 'closed', error: failed.error });
    expect(answered().send({ type: 'ended' }).state).toMatchObject({ phase: 'closed', error: null });
    expect(answered().send({ type: 'pause', reason: 'x' }).send({ type: 'resume', reason: 'x' }).state.phase).toBe(
      'closed',
    );
  });

  test('half an event is data that arrived', () => {
    const machine = new Machine().to('connecting').send(posted).send({ type: 'frames', frames: [], hasBegun: true });
    expect(machine.send(failed).state.phase).toBe('closed');
  });

  test('a sign of life is not', () => {
    const machine = new Machine().to('connecting').send(posted).send({ type: 'frames', frames: [] });
    machine.send({ type: 'frames', frames: [comment] });
    expect(machine.send(failed).state.phase).toBe('waiting');
  });

  test('is sent again before data arrived, with a cursor, when allowed, and when asked', () => {
    expect(new Machine().to('connecting').send(posted).send(failed).state.phase).toBe('waiting');
    expect(answered({ resend: true }).send(failed).state.phase).toBe('waiting');
    expect(answered().send({ type: 'reconnect' }).state.phase).toBe('connecting');
    const machine = answered();
    machine.hasCursor = true;
    expect(machine.send(failed).state.phase).toBe('waiting');
  });
});

describe('timeouts', () => {
  test('no headers within connectTimeoutMs', () => {
    const machine = new Machine({ connectTimeoutMs: 500 }).to('connecting').fire();
    expect(machine.state.error).toBeInstanceOf(ConnectTimeoutError);
    expect(machine.effects[0]).toEqual({ type: 'abort' });
  });

  test('a number arms always, from the headers on', () => {
    const machine = new Machine({ heartbeatTimeoutMs: 3_000 }).to('open').fire();
    expect(machine.state.error).toMatchObject({ code: 'heartbeat-timeout', silentMs: 3_000 });
  });

  test('auto arms by an announced interval, three times', () => {
    const machine = new Machine().to('open');
    expect(machine.state.dueAt).toBeNull();
    machine.send({ type: 'heartbeat', intervalMs: 200 });
    expect(machine.state.dueAt).toBe(machine.now + 600);
    machine.fire();
    expect(machine.state.error).toBeInstanceOf(HeartbeatTimeoutError);
  });

  test.each([
    ['comments', comment],
    ['bare ids', { kind: 'id', id: '7' } as const],
  ])('auto arms by two heartbeats seen: %s', (_name, frame) => {
    const machine = new Machine()
      .to('open')
      .pass(1_000)
      .send({ type: 'frames', frames: [frame] });
    expect(machine.state.dueAt).toBeNull();
    machine.pass(20_000).send({ type: 'frames', frames: [frame] });
    expect(machine.state.dueAt).toBe(machine.now + 60_000);
    const quick = new Machine()
      .to('open')
      .pass(1_000)
      .send({ type: 'frames', frames: [frame] })
      .pass(1_000);
    quick.send({ type: 'frames', frames: [frame] });
    expect(quick.state.dueAt).toBe(quick.now + 45_000);
  });

  test('a greeting with the opening is no heartbeat: a slow wheel behind it is not given up on', () => {
    const machine = new Machine()
      .to('open')
      .pass(10)
      .send({ type: 'frames', frames: [comment] });
    machine.pass(10_000).send({ type: 'frames', frames: [comment] });
    expect(machine.state.dueAt).toBeNull();
  });

  test('one heartbeat that came late, and the next close behind it, do not end a healthy stream', () => {
    const machine = new Machine().to('open').pass(60_000);
    for (const gap of [60_000, 119_000, 1_000, 60_000, 60_000]) {
      machine.send({ type: 'frames', frames: [comment] });
      const nextAt = machine.now + gap;
      while (machine.state.dueAt !== null && machine.state.dueAt <= nextAt) machine.fire();
      machine.pass(nextAt - machine.now);
    }
    expect(machine.state.phase).toBe('open');
  });

  test('auto learns nothing from events, nor from heartbeats once the interval was announced', () => {
    const machine = new Machine().to('open');
    for (let n = 0; n < 5; n += 1) machine.pass(10).send({ type: 'frames', frames: [event] });
    expect(machine.state.silenceMs).toBeNull();
    machine.send({ type: 'heartbeat', intervalMs: 1_000 });
    for (let n = 0; n < 3; n += 1) machine.pass(900).send({ type: 'frames', frames: [comment] });
    expect(machine.state.silenceMs).toBe(3_000);
  });

  test('an interval that a set clock made absurd is a timer that works', () => {
    const machine = new Machine()
      .to('open')
      .pass(2_000)
      .send({ type: 'frames', frames: [comment] });
    machine.pass(8e11).send({ type: 'frames', frames: [comment] });
    expect((machine.state.dueAt ?? 0) - machine.now).toBeLessThanOrEqual(2 ** 31);
  });

  test('false never arms', () => {
    const machine = new Machine({ heartbeatTimeoutMs: false }).to('open').send({ type: 'heartbeat', intervalMs: 200 });
    machine
      .send({ type: 'frames', frames: [comment] })
      .pass(10_000)
      .send({ type: 'frames', frames: [comment] });
    expect(machine.state.dueAt).toBeNull();
  });

  test('any byte counts, also one that completes nothing', () => {
    const machine = new Machine({ heartbeatTimeoutMs: 1_000 })
      .to('open')
      .pass(900)
      .send({ type: 'frames', frames: [] });
    machine.pass(100).send({ type: 'timer' });
    expect(machine.state.phase).toBe('open');
    expect(machine.state.dueAt).toBe(machine.now + 900);
  });

  test('a timer that fires late reads what came meanwhile before it judges', () => {
    const asleep = new Machine({ heartbeatTimeoutMs: 1_000 }).to('open').pass(60_000).send({ type: 'timer' });
    expect(asleep.state).toMatchObject({ phase: 'open', probing: true });
    const alive = asleep.pass(10).send({ type: 'frames', frames: [event] }).state;
    expect(alive).toMatchObject({ phase: 'open', probing: false });
    const dead = new Machine({ heartbeatTimeoutMs: 1_000 }).to('open').pass(60_000).send({ type: 'timer' }).fire();
    expect(dead.state.phase).toBe('waiting');
  });
});

describe('rule 8: suspicion', () => {
  test.each(['thawed', 'restored', 'clock', 'online'] as const)(
    '%s: no byte within the probe, a new attempt',
    (suspicion) => {
      const machine = new Machine().to('open').send({ type: 'suspect', suspicion });
      expect(machine.state.dueAt).toBe(machine.now + 2_500);
      expect(machine.fire().state.phase).toBe('waiting');
    },
  );

  test('a byte ends it', () => {
    const machine = new Machine().to('open').send({ type: 'suspect', suspicion: 'thawed' });
    machine.pass(10).send({ type: 'frames', frames: [] }).fire();
    expect(machine.state).toMatchObject({ phase: 'open', dueAt: null });
  });

  test('merely shown: only when a heartbeat is overdue', () => {
    const shown = { type: 'suspect', suspicion: 'shown' } as const;
    const unknown = new Machine().to('open').pass(1e6);
    expect(unknown.send(shown).effects).toEqual([]);
    const known = new Machine().to('open').send({ type: 'heartbeat', intervalMs: 15_000 });
    expect(known.pass(15_000).send(shown).state.probing).toBe(false);
    expect(known.pass(1).send(shown).state.probing).toBe(true);
  });

  test('after a probe the wait is only its floor: the page has waited already', () => {
    const machine = new Machine().to('open').send({ type: 'suspect', suspicion: 'thawed' });
    machine.random = 0.999;
    expect(machine.fire().state.retry?.delayMs).toBe(250);
    expect(new Machine({ heartbeatTimeoutMs: 1_000 }).to('open').fire().state.retry?.delayMs).toBe(750);
  });

  test('a stream that would not come back is given up on only where a frozen page has surely lost it', () => {
    const posted = { ...opened, carriesBody: true } as const;
    const answer = (): Machine =>
      new Machine()
        .to('connecting')
        .send(posted)
        .send({ type: 'frames', frames: [event] });
    const single = (): Machine => new Machine({ maxAttempts: 0 }).to('open');
    for (const make of [answer, single]) {
      for (const suspicion of ['restored', 'clock', 'online'] as const)
        expect(make().send({ type: 'suspect', suspicion }).state.probing).toBe(false);
      expect(make().send({ type: 'suspect', suspicion: 'thawed' }).state.probing).toBe(true);
    }
  });

  test('a probe under way is not put off by another suspicion', () => {
    const machine = new Machine().to('open').send({ type: 'suspect', suspicion: 'thawed' });
    const { dueAt } = machine.state;
    machine.pass(1_000).send({ type: 'suspect', suspicion: 'online' });
    expect(machine.state.dueAt).toBe(dueAt);
  });

  test('a wait is cut to its floor, never below', () => {
    const machine = new Machine().to('open').send({ type: 'frames', frames: [{ kind: 'retry', retryMs: 2_000 }] });
    machine.send(failed);
    const { dueAt } = machine.state;
    machine.pass(500).send({ type: 'suspect', suspicion: 'online' });
    expect(machine.state.dueAt).toBe(machine.now + 1_500);
    expect(machine.state.dueAt).toBeLessThan(dueAt ?? 0);
    expect(machine.state.retry?.at).toBe(machine.wallNow + 1_500);
    machine.send({ type: 'suspect', suspicion: 'online' });
    expect(machine.effects).toEqual([]);
  });
});

describe('rule 10: commands', () => {
  test('disconnect and connect in one tick: the old connection is left, a new one opens', () => {
    const machine = new Machine().to('open');
    const { connectionId } = machine.state;
    machine.send({ type: 'disconnect' });
    expect(machine.effects.map(({ type }) => type)).toEqual(['abort', 'announce']);
    machine.send({ type: 'connect' });
    expect(machine.effects).toEqual([{ type: 'open' }]);
    expect(machine.state.connectionId).toBe(connectionId + 1);
  });

  test('after disconnect no timer is due, from every phase', () => {
    for (const phase of Object.keys(table) as PhaseName[]) {
      const machine = new Machine({ heartbeatTimeoutMs: 1_000 }).to(phase).send({ type: 'disconnect' });
      expect(machine.state).toMatchObject({ phase: 'closed', dueAt: null, retry: null });
    }
  });

  test('connect while a pause reason is held: paused until the last one is gone', () => {
    const machine = new Machine().send({ type: 'pause', reason: 'a' }).send({ type: 'pause', reason: 'b' });
    expect(machine.state.phase).toBe('idle');
    expect(machine.send({ type: 'connect' }).state.phase).toBe('paused');
    expect(machine.send({ type: 'resume', reason: 'a' }).state.phase).toBe('paused');
    expect(machine.send({ type: 'resume', reason: 'b' }).state.phase).toBe('connecting');
  });

  test('a pause does not shorten what the server asked to wait for', () => {
    const machine = new Machine().to('connecting').send({ ...failed, retryAfterMs: 120_000 });
    machine.send({ type: 'pause', reason: 'a' }).pass(20_000).send({ type: 'resume', reason: 'a' });
    expect(machine.state).toMatchObject({ phase: 'waiting', dueAt: machine.now + 100_000 });
    expect(machine.state.retry).toMatchObject({ delayMs: 100_000, at: machine.wallNow + 100_000 });
    expect(machine.fire().state.phase).toBe('connecting');
  });

  test('nor what it asked for with pushstream.closing', () => {
    const machine = new Machine().to('open').send({ type: 'closing', retryMs: 60_000 });
    machine.send({ type: 'pause', reason: 'a' }).send({ type: 'resume', reason: 'a' });
    expect(machine.state).toMatchObject({ phase: 'waiting', dueAt: machine.now + 60_000 });
  });

  test('nor does it lengthen that', () => {
    const machine = new Machine().to('open').send({ type: 'closing', retryMs: 60_000 }).send({ type: 'ended' });
    const { earliestAt } = machine.state;
    machine.pass(50_000).send({ type: 'pause', reason: 'a' }).send({ type: 'resume', reason: 'a' });
    expect(machine.state.dueAt).toBe(earliestAt);
  });

  test('a wait of an earlier life is over', () => {
    const machine = new Machine()
      .to('connecting')
      .send({ ...failed, retryAfterMs: 300_000 })
      .send({ type: 'disconnect' });
    machine.send({ type: 'pause', reason: 'a' }).send({ type: 'connect' }).send({ type: 'resume', reason: 'a' });
    expect(machine.state.phase).toBe('connecting');
  });

  test('the same error object, fatal at last, is told again', () => {
    const machine = new Machine().to('waiting').fire().send({ type: 'fatal', error: failed.error });
    expect(machine.announced).toEqual(['error', 'close']);
  });

  test('resume without connect before it connects nothing', () => {
    const machine = new Machine().send({ type: 'pause', reason: 'a' }).send({ type: 'resume', reason: 'a' });
    expect(machine.state.phase).toBe('idle');
  });

  test('a fatal answer closes with its error, and connect opens again', () => {
    const error = new HttpError('http://server.test/', 404);
    const machine = new Machine().to('connecting').send({ type: 'fatal', error });
    expect(machine.state).toMatchObject({ phase: 'closed', error });
    expect(machine.announced).toEqual(['error', 'close']);
    expect(machine.send({ type: 'connect' }).state.phase).toBe('connecting');
  });
});
