import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EventClient } from '../../../packages/client/src/index.ts';
import type { Grant, StreamRequest } from '../../../packages/server/src/grant.ts';
import type { SlowConsumerStrategy } from '../../../packages/server/src/options.ts';
import { type FaultProxy, faultProxy, type Faults } from '../../support/fault-proxy.ts';
import type { Random } from '../../support/random.ts';
import { elapse, until } from '../../support/until.ts';
import { Link } from './link.ts';
import { ModelLog } from './model-log.ts';
import { Publisher, type Publishing } from './publisher.ts';
import { GRANTS, type Product, type User } from './world.ts';
import { type Wanted, Witness } from './witness.ts';

interface Instance extends Publishing {
  readonly server: Server;
  readonly proxy: FaultProxy;
  isServing: boolean;
}

interface Reader {
  readonly user: User;
  readonly client: EventClient;
  readonly witness: Witness;
  readonly links: Link[];
  link: Link | undefined;
}

const HEARTBEAT_MS = 100;
const MAX_EVENTS = 10_000;
/** How long everybody may take to have everything. */
const PATIENCE_MS = 15_000;

/** The same as `World`, on real sockets and in real time: less can be told of it, and more can go wrong. */
export class SocketWorld {
  readonly random: Random;
  readonly log: ModelLog;
  readonly publisher: Publisher;
  readonly readers: Reader[] = [];
  readonly instances: Instance[] = [];
  readonly commands: string[] = [];
  readonly #product: Pick<Product, 'createPushStream'>;
  readonly #strategy: SlowConsumerStrategy;
  readonly #users: readonly User[];
  readonly #links = new Map<string, { readonly link: Link; readonly user: User }>();
  #isCalm = false;
  #violation: { readonly error: unknown } | undefined;

  constructor(random: Random, product: Pick<Product, 'createPushStream' | 'memoryLog'>) {
    this.random = random;
    this.#product = product;
    this.#strategy = random.pick(['spill', 'wait', 'drop', 'disconnect', 'conflate']);
    this.log = new ModelLog({
      make: () => product.memoryLog({ maxEvents: MAX_EVENTS, maxBytes: Infinity }),
      maxEvents: MAX_EVENTS,
      time: {
        get monotonic() {
          return performance.now();
        },
        delay: (turns) => elapse(turns),
      },
      random,
      fail: this.fail,
    });
    this.log.manners.late = random.pick([0, 0.2]);
    this.publisher = new Publisher(this.log, random, this.fail);
    this.#users = [undefined, 'u1', 'u2'].map((id) => ({ id, channels: random.pick(GRANTS), isAllowed: true }));
    this.commands.push(this.#strategy);
  }

  readonly fail = (error: unknown): void => {
    this.#violation ??= { error };
  };

  /** @throws What was found so far. */
  check(): void {
    if (this.#violation) throw this.#violation.error;
  }

  // ---- Servers

  #faults(): Faults {
    const { random } = this;
    if (this.#isCalm) return {};
    return {
      pieceLength: random.pick([Infinity, Infinity, 1_000, 7]),
      // A flood in pieces of seven bytes would take longer than anybody's patience.
      piecedBytes: 500_000,
      // In the middle of the head, of an event, of a character.
      cutAfter: random.chance(0.3) ? random.between(1, 3_000) : Infinity,
      cutBy: random.pick(['FIN', 'RST']),
    };
  }

  async startInstance(): Promise<void> {
    const { random } = this;
    const name = `s${this.instances.length + 1}`;
    const push = this.#product.createPushStream({
      log: this.log.handle(),
      environment: {
        reportError: (error, where) => {
          const isExpected = /ClosedError|Expected the log to be read by now/.test(String(error));
          if (!isExpected) this.fail(new Error(`${name} reports of ${where}: ${String(error)}`, { cause: error }));
        },
      },
      heartbeatMs: HEARTBEAT_MS,
      authorize: (request) => this.#authorize(request),
      slowConsumer: { strategy: this.#strategy, capacity: random.pick([5, 200]), writeTimeoutMs: 100 },
      limits: { stalledMs: 1_000 },
    });
    const server = createServer(push.handler()).listen(0, '127.0.0.1');
    await new Promise((resolve) => {
      server.once('listening', resolve);
    });
    const { port } = server.address() as AddressInfo;
    const proxy = await faultProxy(`http://127.0.0.1:${port}/`, () => this.#faults());
    const storing = new Set<{ id: string }>();
    this.instances.push({ name, push, server, proxy, isServing: true, stored: 0, storing });
  }

  get serving(): Instance[] {
    return this.instances.filter(({ isServing }) => isServing);
  }

  /** In good order, or with everything that is on its way. */
  async stop(instance: Instance, by: 'close' | 'drain' | 'kill'): Promise<void> {
    const { push, server, proxy } = instance;
    instance.isServing = false;
    if (by === 'kill') await proxy.refuse();
    if (by === 'drain') await push.drain({ windowMs: 50 });
    // I25: who was let in at the last moment is ended, too.
    if (by === 'drain') await until(() => push.sessions().length === 0);
    await push.close();
    if (by !== 'kill') await proxy.refuse();
    server.closeAllConnections();
    server.close();
    const { connections, bufferedBytes } = push.stats();
    if (connections + bufferedBytes > 0) this.fail(new Error(`I27: ${instance.name} is closed, and holds something`));
  }

  async replaceLog(): Promise<void> {
    await this.log.replace();
    for (const instance of this.instances) instance.stored = 0;
  }

  #authorize(request: StreamRequest): Grant | null {
    const found = this.#links.get(request.headers.get('x-link') ?? '');
    if (!found) throw new Error('a request of nobody');
    const { link, user } = found;
    const { id, channels, isAllowed } = user;
    link.grant = isAllowed ? { ...(channels && { channels }), ...(id !== undefined && { clientId: id }) } : undefined;
    link.revokedAt = undefined;
    link.ephemeralsAtRevocation = Infinity;
    return link.grant ?? null;
  }

  regrant(user: User, channels: readonly string[] | undefined, isAllowed: boolean): void {
    user.channels = channels;
    user.isAllowed = isAllowed;
    if (user.id === undefined) return;
    const { epoch, last: seq } = this.log.history;
    for (const { push } of this.instances) push.revoke({ clientId: user.id }).catch(() => {});
    for (const { link, user: owner } of this.#links.values()) {
      if (owner !== user || !link.grant || link.revokedAt) continue;
      link.revokedAt = { epoch, seq };
      link.ephemeralsAtRevocation = this.publisher.count;
    }
  }

  // ---- Clients

  async addReader(): Promise<void> {
    const { random } = this;
    const name = `c${this.readers.length + 1}`;
    const user = random.pick(this.#users);
    const wanted: Wanted = {
      channels: random.pick([[], [], ['b.*'], ['a', 'c']]),
      types: random.pick([[], [], ['task.*']]),
      tags: [],
    };
    const [instance] = this.serving;
    const cursor = instance && random.chance(0.7) ? await instance.push.cursor() : '';
    const truth = {
      history: this.log.history,
      strategy: this.#strategy,
      ephemerals: this.publisher.ephemerals,
      maxEvents: MAX_EVENTS,
      mostReplayed: 100_000,
    };
    const client: EventClient = new EventClient('http://server.test/events', {
      query: { channel: wanted.channels, type: wanted.types },
      fetch: (url, init) => this.#fetch(reader, new URL(url), init),
      environment: { reportError: this.fail },
      dedupe: false,
      reconnect: { baseDelayMs: 10, maxDelayMs: 100 },
      connectTimeoutMs: 6_000,
      lastEventId: cursor,
    });
    const reader: Reader = {
      user,
      client,
      witness: new Witness(name, wanted, truth, cursor),
      links: [],
      link: undefined,
    };
    this.readers.push(reader);
    client.on('*', () => {});
    client.inspect((said) => {
      if (said.kind !== 'frame' || !reader.link) return;
      try {
        reader.witness.takes(said.frame, said.cursor, reader.link);
      } catch (error) {
        this.fail(error);
      }
    });
    client.connect();
  }

  #fetch(reader: Reader, url: URL, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    const link = new Link(this.#links.size + 1, headers.get('last-event-id') ?? '', this.random);
    try {
      reader.witness.asks(link.requested);
    } catch (error) {
      this.fail(error);
    }
    reader.link = link;
    reader.links.push(link);
    this.#links.set(String(link.number), { link, user: reader.user });
    init.signal?.addEventListener('abort', () => {
      link.isLeft = true;
    });
    headers.set('x-link', String(link.number));
    const { serving } = this;
    if (serving.length === 0) return Promise.reject(new TypeError('fetch failed'));
    return fetch(new URL(`/events${url.search}`, this.random.pick(serving).proxy.url), { ...init, headers });
  }

  // ---- The end

  /** I13: the faults stop, and everybody has everything. */
  async converge(): Promise<void> {
    this.commands.push('calm');
    this.#isCalm = true;
    this.log.manners.late = 0;
    if (this.serving.length === 0) await this.startInstance();
    for (const { proxy } of this.serving) {
      for (const link of proxy.links) {
        link.upstream.resume();
        link.release();
      }
    }
    for (const user of this.#users) this.regrant(user, undefined, true);
    const deadline = performance.now() + PATIENCE_MS;
    const late = (): Reader | undefined =>
      this.readers.find(
        ({ client, link, witness }) =>
          client.status !== 'open' || !link?.hasBegun || witness.missing(link) !== undefined,
      );
    for (let reader = late(); reader || this.publisher.pending > 0; reader = late()) {
      for (const { client } of this.readers) if (client.status === 'closed') client.connect();
      this.check();
      const { client, witness } = reader ?? {};
      if (performance.now() > deadline) {
        throw new Error(`I13: at ${witness?.cursor ?? ''} it is ${client?.status ?? ''}, and comes no further`);
      }
      await elapse(10);
    }
    this.check();
  }

  /** I27: nothing is left of anybody. */
  async end(): Promise<void> {
    for (const { client } of this.readers) client.disconnect();
    const isOver = ({ push }: Instance): boolean => push.stats().connections === 0;
    for (let waited = 0; waited < 10_000 && !this.serving.every(isOver); waited += 10) await elapse(10);
    if (!this.serving.every(isOver)) this.fail(new Error('I27: streams that nobody reads are open'));
    await this.abandon();
    this.check();
  }

  /** Whatever became of it. */
  async abandon(): Promise<void> {
    for (const { client } of this.readers) client.disconnect();
    await Promise.all(this.serving.map((instance) => this.stop(instance, 'close')));
  }
}
