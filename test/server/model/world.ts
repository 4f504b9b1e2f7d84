import { EventClient } from '../../../packages/client/src/index.ts';
import type { createPushStream } from '../../../packages/server/src/create.ts';
import type { Grant, StreamRequest } from '../../../packages/server/src/grant.ts';
import type { memoryLog } from '../../../packages/server/src/log/memory.ts';
import type { PushStream } from '../../../packages/server/src/push-stream.ts';
import type { Random } from '../../support/random.ts';
import { fetchHost, nodeHost } from './hosts.ts';
import { type Cut, Link } from './link.ts';
import { KEY_WINDOW_MS, ModelLog } from './model-log.ts';
import { Publisher, type Publishing } from './publisher.ts';
import { mostOfOne, type Scale, type Settings, settingsOf } from './settings.ts';
import { SharedTime } from './time.ts';
import { type Wanted, Witness } from './witness.ts';

/** The server under test: the product's, or a copy with something changed. */
export interface Product {
  readonly createPushStream: typeof createPushStream;
  readonly memoryLog: typeof memoryLog;
  readonly scale: Scale;
}

export interface Instance extends Publishing {
  readonly links: Set<Link>;
  /** The load balancer sends requests to it. */
  isServing: boolean;
  isDraining: boolean;
  isDrained: boolean;
}

/** Rights of everybody who comes with that name. */
export interface User {
  readonly id: string | undefined;
  channels: readonly string[] | undefined;
  isAllowed: boolean;
}

export interface Reader {
  readonly name: string;
  readonly user: User;
  readonly client: EventClient;
  readonly witness: Witness;
  readonly links: Link[];
  /** The connection that speaks. */
  link: Link | undefined;
}

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export const GRANTS: ReadonlyArray<readonly string[] | undefined> = [
  undefined,
  ['*'],
  ['a', 'b.*'],
  ['a'],
  ['b.x', 'c'],
  ['b.*'],
];

const HEARTBEAT_MS = 1_000;
const STALLED_MS = 3_000;
/** How long a stream that was ended may take, and how late the wheel looks. */
const ENDING_MS = 5_000 + 300;
/** Servers, clients, a network and a log between them. Everything that happens is chance; everything is checked. */
export class World {
  readonly random: Random;
  readonly time: SharedTime;
  readonly log: ModelLog;
  readonly publisher: Publisher;
  readonly instances: Instance[] = [];
  readonly readers: Reader[] = [];
  /** What was done, for who has to find out why. */
  readonly commands: string[] = [];
  readonly settings: Settings;
  /** Requests fail. */
  refuses = false;
  /** No fault happens any more. */
  isCalm = false;
  spilled = 0;
  revoked = 0;
  readonly #product: Product;
  readonly #users: readonly User[];
  /** Connections by their number, which each request carries. */
  readonly #links = new Map<string, { readonly link: Link; readonly user: User }>();
  /** Until when an instance has to be drained. */
  readonly #drains = new Map<Instance, number>();
  /** Instances that still deliver what was published before. */
  readonly #closing = new Set<PushStream>();
  #instancesMade = 0;
  #violation: { readonly error: unknown } | undefined;

  constructor(random: Random, product: Product) {
    this.random = random;
    this.#product = product;
    this.time = new SharedTime(random);
    this.settings = settingsOf(random, product.scale);
    const { maxEvents } = this.settings;
    const make = (): ReturnType<typeof memoryLog> =>
      product.memoryLog(
        { maxEvents, maxBytes: Infinity, maxAgeMs: Infinity, keyWindowMs: KEY_WINDOW_MS },
        this.time.server(this.fail),
      );
    this.log = new ModelLog({ make, maxEvents, time: this.time, random, fail: this.fail });
    this.publisher = new Publisher(this.log, random, this.fail);
    this.#users = [undefined, 'u1', 'u2', 'u3'].map((id) => ({ id, channels: random.pick(GRANTS), isAllowed: true }));
    let turns = 0;
    this.time.watch = () => {
      turns += 1;
      if (turns % 8 === 0) this.#checkMemory();
    };
    this.note(JSON.stringify(this.settings));
  }

  note(command: string): void {
    this.commands.push(command);
  }

  // ---- What must not be

  /** The first one counts; whoever is called by the product cannot throw. */
  readonly fail = (error: unknown): void => {
    this.#violation ??= { error };
  };

  must(holds: boolean, what: string): void {
    if (!holds) this.fail(new Error(what));
  }

  /** @throws What was found so far. */
  check(): void {
    this.#checkMemory();
    this.#checkDrains();
    if (this.#violation) throw this.#violation.error;
  }

  /** I25: who was let in at the last moment is ended by then, too. */
  #checkDrains(): void {
    for (const [instance, until] of this.#drains) {
      if (this.time.monotonic <= until) continue;
      this.#drains.delete(instance);
      const { length } = instance.push.sessions();
      this.must(instance.isDrained && length === 0, `I25: ${instance.name} has ${length} streams long after its drain`);
    }
  }

  /** I19. */
  #checkMemory(): void {
    const { bufferedBytes } = this.settings;
    const most = mostOfOne(this.settings, this.#product.scale);
    for (const { push, name } of this.instances) {
      const held = push.stats().bufferedBytes;
      this.must(held >= 0 && held <= bufferedBytes, `I19: ${name} holds ${held} of ${bufferedBytes} bytes`);
      for (const { connectionId, bufferedBytes: its } of push.sessions()) {
        this.must(its <= most, `I19: ${connectionId} holds ${its} bytes, expected ${most} at most`);
      }
    }
  }

  // ---- Servers

  async begin(): Promise<void> {
    const { random, log } = this;
    await log.begin();
    log.manners.late = random.pick([0, 0, 0.3]);
    log.manners.fails = random.pick([0, 0, 0, 0.05]);
    log.manners.turns = random.pick([5, 40]);
    log.manners.stutters = random.pick([0, 0, 0.5]);
    this.note(`log ${JSON.stringify(log.manners)}`);
    for (let n = random.between(1, 2); n > 0; n -= 1) this.startInstance();
    for (let n = random.between(1, 5); n > 0; n -= 1) await this.addReader();
  }

  startInstance(): Instance {
    this.#instancesMade += 1;
    const name = `s${this.#instancesMade}`;
    const environment = this.time.server((error, where) => {
      const isExpected = /injected|Expected the log to be read by now|ClosedError|expected an answer within/.test(
        String(error),
      );
      if (!isExpected) this.fail(new Error(`${name} reports of ${where}: ${String(error)}`, { cause: error }));
    });
    const { strategy, capacity, capacityBytes, bufferedBytes, replay, replays, ageMs } = this.settings;
    const push = this.#product.createPushStream({
      log: this.log.handle(),
      environment,
      heartbeatMs: HEARTBEAT_MS,
      authorize: (request) => this.#authorize(request),
      slowConsumer: { strategy, capacity, capacityBytes, writeTimeoutMs: 400 },
      limits: { bufferedBytes, replay, replays, stalledMs: STALLED_MS },
      maxConnectionAgeMs: ageMs,
    });
    const instance = {
      name,
      push,
      links: new Set<Link>(),
      isServing: true,
      isDraining: false,
      isDrained: false,
      stored: 0,
      storing: new Set<{ id: string }>(),
    };
    this.instances.push(instance);
    return instance;
  }

  get serving(): Instance[] {
    return this.instances.filter(({ isServing, isDraining }) => isServing && !isDraining);
  }

  /** It is gone: with everything that was on its way, or in good order. */
  stop(instance: Instance, inGoodOrder: boolean): void {
    this.instances.splice(this.instances.indexOf(instance), 1);
    const { push, links } = instance;
    this.#drains.delete(instance);
    this.spilled += push.stats().spilled;
    if (!inGoodOrder) for (const link of links) link.cut({ by: 'failure', serverHearsAfter: 0 });
    this.#closing.add(push);
    // I27: once or twice.
    for (const closed of [push.close(), push.close()]) {
      closed.catch(this.fail).finally(() => this.#closing.delete(push));
    }
  }

  /** I25: all streams of an instance are over in time. */
  drain(instance: Instance, windowMs: number): void {
    this.#drains.set(instance, this.time.monotonic + windowMs + ENDING_MS);
    instance.isDraining = true;
    // Some balancers are late.
    instance.isServing = this.random.chance(0.1);
    instance.push
      .drain({ windowMs })
      .then(() => {
        instance.isServing = false;
        instance.isDrained = true;
      })
      .catch(this.fail);
  }

  /** Everything in the log is lost. */
  async replaceLog(): Promise<void> {
    await this.log.replace();
    for (const instance of this.instances) instance.stored = 0;
  }

  async #authorize(request: StreamRequest): Promise<Grant | null> {
    const { random, time } = this;
    const found = this.#links.get(request.headers.get('x-link') ?? '');
    if (!found) throw new Error('a request of nobody');
    const { link, user } = found;
    const { id, channels, isAllowed } = user;
    const expiresAt = random.chance(this.settings.expires) ? time.wall + random.between(1, 3_000) : undefined;
    const grant: Grant = {
      ...(channels && { channels }),
      ...(id !== undefined && { clientId: id }),
      ...(expiresAt !== undefined && { expiresAt }),
    };
    link.grant = isAllowed ? grant : undefined;
    link.revokedAt = undefined;
    link.ephemeralsAtRevocation = Infinity;
    if (random.chance(0.3)) await time.delay(random.between(1, 3));
    return isAllowed ? grant : null;
  }

  /** Rights change: what was given before is taken away, everywhere. */
  regrant(user: User, channels: readonly string[] | undefined, isAllowed: boolean): void {
    user.channels = channels;
    user.isAllowed = isAllowed;
    if (user.id === undefined) return;
    const { epoch, last: seq } = this.log.history;
    const all = [...this.instances.map(({ push }) => push), ...this.#closing];
    for (const push of all) {
      push.revoke({ clientId: user.id }).then(
        (streams) => void (this.revoked += streams),
        // Here it is done; the others are asked one by one.
        () => {},
      );
    }
    for (const { link, user: owner } of this.#links.values()) {
      if (owner !== user || link.isOver || !link.grant || link.revokedAt) continue;
      link.revokedAt = { epoch, seq };
      link.ephemeralsAtRevocation = this.publisher.count;
    }
  }

  // ---- Clients

  #wish(): Wanted {
    const { random } = this;
    const some = (words: readonly string[]): string[] =>
      random.chance(0.5) ? [] : Array.from({ length: random.between(1, 2) }, () => random.pick(words));
    return {
      channels: some(['a', 'b.x', 'b.*', '*', 'c']),
      types: some(['task.*', 'task.one', 'note']),
      tags: random.chance(0.8) ? [] : [['p', random.pick(['1', '2'])]],
    };
  }

  async addReader(): Promise<void> {
    const { random } = this;
    const name = `c${this.readers.length + 1}`;
    const user = random.pick(this.#users);
    const wanted = this.#wish();
    const cursor = random.chance(0.3) ? await this.#cursorOf(random.pick(this.instances)) : '';
    const { strategy, maxEvents, replay: mostReplayed } = this.settings;
    const { ephemerals } = this.publisher;
    const truth = { history: this.log.history, strategy, ephemerals, maxEvents, mostReplayed };
    const reader: Reader = {
      name,
      user,
      client: this.#client(wanted, cursor, (url, init) => this.#fetch(reader, new URL(url), init)),
      witness: new Witness(name, wanted, truth, cursor),
      links: [],
      link: undefined,
    };
    this.readers.push(reader);
    const who = `${user.id ?? 'nobody'} ${JSON.stringify(user.channels)}`;
    this.note(`${name} is ${who}, wants ${JSON.stringify(wanted)} from ${cursor || 'now'}`);
    this.#observe(reader);
    reader.client.connect();
  }

  #client({ channels, types, tags }: Wanted, cursor: string, fetch: Fetch): EventClient {
    const { random, time } = this;
    return new EventClient('http://server.test/events', {
      query: { channel: channels, type: types, tag: tags.map((tag) => tag.join(':')) },
      fetch,
      environment: {
        ...time.client(),
        reportError: (error) => {
          if (!String(error).includes('a listener of the user')) this.fail(error);
        },
      },
      // What comes twice is to be seen.
      dedupe: false,
      flush: 'sync',
      resume: random.pick(['header', 'query', 'both']),
      reconnect: { baseDelayMs: 50, maxDelayMs: 500, healthyAfterMs: 500 },
      connectTimeoutMs: 6_500,
      lastEventId: cursor,
    });
  }

  #observe(reader: Reader): void {
    const { random } = this;
    const { name, client, witness } = reader;
    const isTroublesome = random.chance(0.2);
    client.on('*', () => {
      if (!isTroublesome || this.isCalm || !random.chance(0.1)) return;
      const act = random.pick(['throw', 'reconnect', 'disconnect', 'again']);
      if (act === 'throw') throw new Error('a listener of the user');
      if (act === 'reconnect') client.reconnect();
      else client.disconnect();
      if (act === 'again') client.connect();
    });
    client.inspect((said) => {
      if (said.kind !== 'frame') return;
      try {
        if (!reader.link) throw new Error(`${name}: a frame of no connection`);
        witness.takes(said.frame, said.cursor, reader.link);
      } catch (error) {
        this.fail(error);
      }
    });
  }

  /** The cursor of now; a client that begins there misses nothing. */
  async #cursorOf({ push }: Instance): Promise<string> {
    const told: string[] = [];
    push.cursor().then(
      (cursor) => told.push(cursor),
      () => told.push(''),
    );
    while (told.length === 0) await this.time.turn();
    return told.join('');
  }

  // ---- The network between them

  anyCut(): Cut {
    const { random } = this;
    return {
      by: random.pick(['end', 'failure']),
      serverHearsAfter: random.chance(0.15) ? undefined : random.below(5),
    };
  }

  /** Bytes flow again. */
  flow({ links }: Reader): void {
    for (const link of links) {
      if (!link.isStalled) continue;
      link.isStalled = false;
      link.flow();
    }
  }

  #link(reader: Reader, requested: string, signal: AbortSignal | null | undefined): Link {
    const { random, time } = this;
    const { name, links, user, witness } = reader;
    const link = new Link(this.#links.size + 1, requested, random);
    const isSingle = links.every(({ isLeft, isOver }) => isLeft || isOver);
    this.must(isSingle, `I12: ${name} has two connections`);
    try {
      witness.asks(requested);
    } catch (error) {
      this.fail(error);
    }
    links.push(link);
    reader.link = link;
    this.#links.set(String(link.number), { link, user });
    signal?.addEventListener('abort', () => {
      link.leave(signal.reason);
      // The server may hear of it late, or has to find out.
      if (this.isCalm || random.chance(0.9)) time.after(random.below(4), () => link.hangUp());
    });
    return link;
  }

  async #fetch(reader: Reader, url: URL, init: RequestInit): Promise<Response> {
    const { random, time } = this;
    const headers = Object.fromEntries(new Headers(init.headers));
    const requested = headers['last-event-id'] ?? url.searchParams.get('lastEventId') ?? '';
    const link = this.#link(reader, requested, init.signal);
    if (random.chance(0.3)) await time.delay(random.between(1, 3));
    const serving = this.instances.filter(({ isServing }) => isServing);
    if (this.refuses || serving.length === 0) throw new TypeError('fetch failed');
    const instance = random.pick(serving);
    instance.links.add(link);
    if (!this.isCalm && random.chance(0.15)) {
      link.cutAfter = random.between(1, 1_500);
      link.cutBy = this.anyCut();
    }
    const host = random.pick(this.settings.hosts) === 'fetch' ? fetchHost : nodeHost;
    const response = await host({
      push: instance.push,
      url,
      headers: { ...headers, 'x-link': String(link.number) },
      link,
      time,
      random,
      highWaterMark: this.settings.highWaterMark,
      written: (to, bytes) => this.#written(to, bytes),
      fail: (what) => this.must(false, what),
    });
    if (init.signal?.aborted) link.hangUp();
    return response;
  }

  /** I20: what is written is allowed when it is written. */
  #written({ number, revokedAt, grant }: Link, bytes: Uint8Array): void {
    const isExpired = grant?.expiresAt !== undefined && this.time.wall > grant.expiresAt + 200;
    if (!revokedAt && !isExpired) return;
    const hasEvents = /^event: (?!pushstream\.)/m.test(new TextDecoder().decode(bytes));
    this.must(!hasEvents, `I20: ${number} gets events after its rights ${isExpired ? 'have expired' : 'were revoked'}`);
  }

  // ---- The end

  /** I13: the faults stop, and everybody has everything. */
  async converge(): Promise<void> {
    const { log, readers } = this;
    this.note('calm');
    this.isCalm = true;
    this.refuses = false;
    log.manners.late = 0;
    log.manners.fails = 0;
    if (this.serving.length === 0) this.startInstance();
    for (const user of this.#users) this.regrant(user, undefined, true);
    for (const { links } of readers) for (const link of links) link.cutAfter = Infinity;
    // I18: who takes nothing does no harm to the others.
    const isStalled = ({ links }: Reader): boolean => links.some((link) => link.isStalled && !link.isOver);
    await this.#catchUp(readers.filter((reader) => !isStalled(reader)));
    // Some have still not taken their leave when they should have.
    if (this.random.chance(0.3)) await this.time.advance(2 * ENDING_MS);
    for (const reader of readers) this.flow(reader);
    await this.#catchUp(readers);
    await this.time.advance(1_500);
    this.check();
    for (const { witness, link } of readers) {
      const owed = link && witness.owed(link);
      if (owed !== undefined) throw new Error(`conflation left out what nothing newer came for: ${owed}`);
    }
  }

  async #catchUp(readers: readonly Reader[]): Promise<void> {
    const isLate = ({ client, link, witness }: Reader): boolean =>
      client.status !== 'open' || !link?.hasBegun || witness.missing(link) !== undefined;
    for (let waited = 0; waited < 40_000; waited += 250) {
      // Some were told not to come back.
      for (const { client } of readers) if (client.status === 'closed' || client.status === 'idle') client.connect();
      if (!readers.some(isLate)) return;
      await this.time.advance(250);
      this.check();
    }
    const [{ name, client, witness } = { name: '', client: undefined, witness: undefined }] = readers.filter(isLate);
    throw new Error(`I13: ${name} is ${client?.status ?? ''} at ${witness?.cursor ?? ''}, and comes no further`);
  }

  /** I27: nothing is left of anybody. */
  async end(): Promise<void> {
    const { time, readers, instances, publisher } = this;
    this.note('end');
    for (const { client, links } of readers) {
      client.disconnect();
      client.disconnect();
      // Cables that were pulled: sooner or later a host finds out.
      for (const link of links) link.hangUp();
    }
    await time.advance(2 * ENDING_MS);
    for (const { push, name } of instances) {
      const { connections, bufferedBytes, opened, ended } = push.stats();
      const ends = Object.values(ended).reduce((total, count) => total + count, 0);
      this.must(ends === opened - connections, `I27: ${name} has ended ${ends} of ${opened} streams`);
      this.must(connections === 0, `I27: ${name} keeps ${connections} streams that nobody reads`);
      this.must(bufferedBytes === 0, `I27: ${name} holds ${bufferedBytes} bytes that nobody waits for`);
    }
    while (instances[0]) this.stop(instances[0], this.random.chance(0.5));
    await time.advance(2 * ENDING_MS);
    this.must(publisher.pending === 0, `${publisher.pending} calls never came back`);
    this.must(time.pending === 0, `I27: ${time.pending} timers run for nobody`);
    this.check();
  }
}
