import { expect, test } from 'vitest';
import { EventClient, NetworkError } from '../../packages/client/src/index.ts';
import { encodeComment, encodeEvent } from '../../packages/protocol/src/index.ts';
import { caseSeed, createRandom, type Random, testSeed } from '../support/random.ts';
import { type ScriptedConnection, ScriptedTransport } from '../support/scripted-transport.ts';
import { VirtualTime } from '../support/virtual-time.ts';

const HISTORIES = 6_000;
const STEPS = 80;

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/** A server with one log, a client of it, and chance between them. */
class World {
  readonly time = new VirtualTime();
  readonly transport = new ScriptedTransport();
  readonly client: EventClient<{ n: number }>;
  readonly delivered: number[] = [];
  readonly random: Random;
  readonly log: string[] = [];
  published = 0;
  calm = false;
  /** What each connection has sent so far, as the number of its next event. */
  readonly #next = new Map<ScriptedConnection, number>();

  constructor(random: Random) {
    this.random = random;
    this.time.random = random.next();
    this.client = new EventClient('http://server.test/events', {
      transport: this.transport,
      environment: this.time.environment,
      flush: random.pick(['frame', 'sync', 50] as const),
    });
    this.client.on('n', (n) => this.#receive(n));
    this.client.on('*', () => must(this.transport.live.length <= 1, 'two live connections'));
  }

  /** I1, I2, I3: contiguous, nothing twice, in order; I9: the cursor is behind what is being delivered. */
  #receive(n: number): void {
    must(n === this.delivered.length + 1, `got ${n} after ${this.delivered.length}`);
    must(Number(this.client.lastEventId) <= this.delivered.length, 'the cursor is ahead of the delivery');
    this.delivered.push(n);
    if (this.calm || !this.random.chance(0.1)) return;
    const { client } = this;
    const act = this.random.pick(['throw', 'disconnect', 'again', 'reconnect', 'pause', 'both'] as const);
    this.log.push(`  listener of ${n}: ${act}`);
    if (act === 'throw') throw new Error('a listener of the user');
    if (act === 'disconnect') client.disconnect();
    if (act === 'reconnect') client.reconnect();
    if (act === 'pause') client.pause('listener');
    if (act === 'again') {
      client.disconnect();
      client.connect();
    }
    if (act === 'both') {
      client.pause('listener');
      client.resume('listener');
    }
    must(this.transport.live.length <= 1, 'two live connections');
  }

  /** The server answers; it may replay a few events more than asked for. */
  open(connection: ScriptedConnection): void {
    if (this.#next.has(connection)) return;
    const cursor = Number(connection.request.lastEventId);
    must(cursor <= this.delivered.length, 'a request resumed ahead of the delivery');
    this.#next.set(connection, Math.max(1, cursor + 1 - this.random.below(this.calm ? 1 : 4)));
    connection.open();
  }

  /** A chunk with some events; perhaps the beginning of one that is cut off. */
  chunk(connection: ScriptedConnection): void {
    let next = this.#next.get(connection);
    if (next === undefined) return;
    let text = this.random.chance(0.3) ? encodeComment('heartbeat') : '';
    for (let count = this.random.below(6); count > 0 && next <= this.published; count -= 1) {
      text += encodeEvent({ type: 'n', id: String(next), data: String(next) });
      next += 1;
    }
    if (this.random.chance(0.1)) text += encodeEvent({ id: String(Math.max(0, next - 1)) });
    this.#next.set(connection, next);
    const cut = this.calm ? text.length : this.random.between(0, text.length);
    connection.send(text.slice(0, cut));
    if (cut < text.length && this.random.chance(0.5)) connection.report({ type: 'ended' });
    else connection.send(text.slice(cut));
  }

  step(): void {
    const { client, random, transport, time } = this;
    const connection = transport.connections.at(-1);
    const act = random.pick([
      'publish',
      'publish',
      'open',
      'chunk',
      'chunk',
      'chunk',
      'end',
      'fail',
      'late',
      'time',
      'time',
      'command',
    ] as const);
    this.log.push(act);
    if (act === 'publish') this.published += random.below(5);
    else if (act === 'time') time.advance(random.pick([1, 300, 3_000, 40_000]));
    else if (act === 'command') {
      const command = random.pick(['connect', 'disconnect', 'reconnect', 'pause', 'resume'] as const);
      this.log.push(`  ${command}`);
      if (command === 'pause' || command === 'resume') client[command](random.pick(['user', 'listener']));
      else client[command]();
      // Rule 10: nothing lives after disconnect().
      if (command === 'disconnect') must(time.pending === 0 && transport.live.length === 0, 'something lives on');
    } else if (!connection) return;
    else if (act === 'open') this.open(connection);
    else if (act === 'chunk') this.chunk(connection);
    else if (act === 'end') connection.report({ type: 'ended' });
    else if (act === 'fail') connection.report({ type: 'failed', error: new NetworkError('cut') });
    else if (act === 'late') {
      // I11: an earlier connection speaks up.
      const old = random.pick(transport.connections);
      if (old.aborted) old.open().send(encodeEvent({ type: 'n', id: '999999', data: '999999' }));
    }
    must(transport.live.length <= 1, 'two live connections');
  }

  /** I13: after the faults the client catches up. */
  settle(): void {
    this.calm = true;
    this.client.resume('user');
    this.client.resume('listener');
    this.client.connect();
    for (let turn = 0; turn < 200 && this.delivered.length < this.published; turn += 1) {
      const connection = this.transport.last;
      if (this.client.status !== 'open') this.open(connection);
      this.chunk(connection);
      this.time.advance(this.client.status === 'open' ? 1 : 300_000);
    }
    must(this.delivered.length === this.published, `caught up to ${this.delivered.length} of ${this.published}`);
    this.client.disconnect();
    must(this.time.pending === 0, 'a timer lives after disconnect()');
  }
}

const seed = testSeed();

test(`${HISTORIES} random histories: nothing lost, nothing twice, in order, one connection (seed ${seed})`, () => {
  let delivered = 0;
  let connections = 0;
  for (let history = 0; history < HISTORIES; history += 1) {
    const world = new World(createRandom(caseSeed(seed, history)));
    try {
      world.client.connect();
      for (let step = 0; step < STEPS; step += 1) world.step();
      world.settle();
      for (const error of world.time.reported) must(String(error).includes('a listener of the user'), String(error));
    } catch (error) {
      throw new Error(`PUSHSTREAM_SEED=${seed} history ${history}\n${world.log.join('\n')}`, { cause: error });
    }
    delivered += world.delivered.length;
    connections += world.transport.connections.length;
  }
  expect(delivered).toBeGreaterThan(HISTORIES * 20);
  expect(connections).toBeGreaterThan(HISTORIES * 3);
}, 120_000);
