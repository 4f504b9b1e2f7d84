import { expect, test } from 'vitest';
import type { ConnectionState, InputType } from '../../packages/client/src/connection/state.ts';
import { HttpError } from '../../packages/client/src/errors.ts';
import { caseSeed, createRandom, type Random, testSeed } from '../support/random.ts';
import { failed, Machine, opened, type Said } from './machine.ts';
import { table } from './transition-table.ts';

const HISTORIES = 20_000;
const STEPS = 60;

function input(random: Random): Said {
  const reason = random.pick(['a', 'b']);
  return random.pick<() => Said>([
    () => ({ type: 'connect' }),
    () => ({ type: 'disconnect' }),
    () => ({ type: 'reconnect' }),
    () => ({ type: 'pause', reason }),
    () => ({ type: 'resume', reason }),
    () => ({ type: 'suspect', suspicion: random.pick(['thawed', 'restored', 'clock', 'online', 'shown']) }),
    () => ({ type: 'timer' }),
    () => ({ type: 'timer' }),
    () => ({ ...opened, carriesBody: random.next() < 0.2 }),
    () => ({ ...opened, carriesBody: false }),
    () => ({ type: 'frames', frames: [{ kind: 'event', type: 'm', data: '1', id: undefined }] }),
    () => ({ type: 'frames', frames: [{ kind: 'comment', text: '' }] }),
    () => ({ type: 'frames', frames: [{ kind: 'retry', retryMs: random.pick([0, 1, 5_000, 1e15, Infinity]) }] }),
    () => ({ type: 'ended' }),
    () => ({ ...failed, retryAfterMs: random.pick([undefined, 0, 2_000, 1e15, Number.NaN, -1]) }),
    () => ({ type: 'fatal', error: random.next() < 0.5 ? null : new HttpError('http://server.test/', 404) }),
    () => ({ type: 'heartbeat', intervalMs: random.pick([0, 0.1, 200, 15_000, 1e15, Number.NaN, -5]) }),
    () => ({ type: 'closing', retryMs: random.pick([0, 2_000, 1e15, Number.NaN]) }),
  ])();
}

/** `expect` a million times over would take a minute. */
function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/** What must hold after every step, whatever happened. */
function check(before: ConnectionState, said: InputType, stale: boolean, machine: Machine): void {
  const { state, effects, policy, now } = machine;
  const { phase, dueAt } = state;
  // I17: only the table's transitions, and the same state has no effects.
  if (state === before) must(effects.length === 0, 'effects without a change');
  else {
    must(!stale, 'a stale word changed something');
    const { to, note = '' } = table[before.phase][said];
    must(to === phase || before.phase === phase || note.includes(phase), `${before.phase} × ${said} → ${phase}`);
  }
  // I16, rule 10: a timer only where something is waited for.
  if (phase === 'idle' || phase === 'closed' || phase === 'paused') must(dueAt === null, `a timer in ${phase}`);
  if (phase === 'connecting' || phase === 'waiting') must(dueAt !== null, `no timer in ${phase}`);
  must((state.retry !== null) === (phase === 'waiting'), 'retry');
  must(phase !== 'paused' || state.pauseReasons.length > 0, 'paused without a reason');
  // I15: every timer is one that the host can keep, no wait is below the floor.
  if (dueAt !== null) must(Number.isFinite(dueAt) && dueAt - now <= 2 ** 31 - 1, `a timer at ${dueAt}`);
  if (phase === 'waiting' && before.phase !== 'waiting' && before.phase !== 'paused') {
    must(dueAt !== null && dueAt >= now + 250, 'a wait below the floor');
    must(!state.error || state.attempt <= policy.maxAttempts, 'more attempts than allowed');
  }
  must(state.connectionId >= before.connectionId, 'an old connection came back');
  must(state.reconnectionTimeMs <= 300_000, 'an unbounded reconnection time');
}

const seed = testSeed();

test(`${HISTORIES} random histories hold the invariants (seed ${seed})`, () => {
  const reached = new Set<string>();
  for (let history = 0; history < HISTORIES; history += 1) {
    const random = createRandom(caseSeed(seed, history));
    const log: string[] = [];
    const machine = new Machine({
      maxAttempts: random.pick([Infinity, Infinity, 0, 1, 3]),
      heartbeatTimeoutMs: random.pick(['auto', 'auto', false, 1_000] as const),
    });
    let open: number | undefined;
    try {
      for (let step = 0; step < STEPS; step += 1) {
        machine.pass(random.pick([0, 1, 100, 4_999, 60_000]));
        if (random.next() < 0.05) machine.wallNow += random.pick([-3_600_000, 3_600_000]);
        machine.random = random.next();
        machine.hasCursor = random.next() < 0.3;
        const said = input(random);
        const stale = 'connectionId' in said ? false : random.next() < 0.1;
        const before = machine.state;
        const ofConnection = table.idle[said.type].note === 'stale';
        log.push(`${before.phase} × ${said.type}${stale ? ' (stale)' : ''} at ${machine.now}`);
        if (said.type === 'timer' && before.dueAt !== null && random.next() < 0.7) machine.fire();
        else machine.send(said, stale ? before.connectionId + random.pick([-1, 1]) : before.connectionId);
        check(before, said.type, stale && ofConnection, machine);
        reached.add(`${before.phase} × ${said.type}`);
        for (const effect of machine.effects) {
          // I12: at most one connection, and each is aborted before the next.
          if (effect.type === 'abort') open = undefined;
          if (effect.type === 'open') {
            must(open === undefined, 'two connections');
            open = machine.state.connectionId;
          }
          if (effect.type === 'deliver') must(machine.state.connectionId === open, 'frames of another connection');
        }
      }
    } catch (error) {
      throw new Error(`PUSHSTREAM_SEED=${seed} history ${history}\n${log.join('\n')}`, { cause: error });
    }
  }
  const all = Object.entries(table).flatMap(([phase, row]) => Object.keys(row).map((said) => `${phase} × ${said}`));
  expect(all.filter((cell) => !reached.has(cell))).toEqual([]);
}, 60_000);
