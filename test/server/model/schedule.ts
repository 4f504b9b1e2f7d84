import type { Random } from '../../support/random.ts';
import { GRANTS, type Product, World } from './world.ts';

/** What may happen, and how often. */
const COMMANDS = [
  ['publish', 10],
  ['burst', 2],
  ['turns', 4],
  ['advance', 4],
  ['wait', 2],
  ['age', 1],
  ['cut', 4],
  ['stall', 3],
  ['slow', 6],
  ['storm', 2],
  ['fork', 1],
  ['flow', 2],
  ['connect', 1],
  ['disconnect', 2],
  ['reconnect', 2],
  ['regrant', 2],
  ['new reader', 2],
  ['drain', 2],
  ['restart', 1],
  ['new instance', 2],
  ['new epoch', 1],
  ['jump', 1],
  ['refuse', 1],
  ['manners', 1],
] as const;

type Command = (typeof COMMANDS)[number][0];

const MOST_READERS = 6;
const MOST_INSTANCES = 3;
const STEPS = 26;

/** Where everything may happen nothing happens for long: each schedule leaves some of it out. */
function menuOf(random: Random): Command[] {
  return COMMANDS.flatMap(([name, weight]) => {
    const isAlways = name === 'publish' || name === 'turns';
    const times = isAlways ? 1 : random.pick([0, 0, 1, 2]);
    return Array.from<Command>({ length: weight * times }).fill(name);
  });
}

function publish(world: World, count: number): void {
  const { random, instances, publisher } = world;
  const instance = random.pick(instances);
  world.note(`  ${count} by ${instance.name}, from ${publisher.count + 1} on`);
  publisher.publish(instance, count);
}

/** Somebody takes nothing, while much is published. */
async function slow(world: World): Promise<void> {
  const { random, time } = world;
  const connected = world.readers.filter(({ link }) => link?.hasBegun && !link.isOver);
  const one = random.pick(connected.length > 0 ? connected : world.readers);
  const readers = random.chance(0.3) ? connected : [one];
  for (const { links } of readers) for (const link of links) link.isStalled = true;
  for (let rounds = random.between(1, 12); rounds > 0; rounds -= 1) {
    publish(world, random.pick([1, 4, 20]));
    await time.turns(random.between(1, 3));
  }
  if (random.chance(0.3)) await time.advance(random.pick([100, 500]), true);
  for (const reader of readers) if (random.chance(0.7)) world.flow(reader);
}

/** Everything is lost while some read what they have missed, and signs of life are due. */
async function fork(world: World): Promise<void> {
  const { random, time, log, readers } = world;
  const { late } = log.manners;
  log.manners.late = 0.8;
  for (const { client } of readers) if (random.chance(0.5)) client.reconnect();
  await time.advance(random.pick([100, 700]), true);
  await world.replaceLog();
  publish(world, random.between(1, 6));
  await time.advance(random.pick([300, 1_100]), true);
  log.manners.late = late;
}

/** Streams begin and end while events are on their way. */
async function storm(world: World): Promise<void> {
  const { random, time, readers } = world;
  for (let rounds = random.between(3, 12); rounds > 0; rounds -= 1) {
    publish(world, random.between(1, 4));
    const { client, links } = random.pick(readers);
    if (random.chance(0.5)) client.reconnect();
    else for (const link of links) link.cut(world.anyCut(), (turns, run) => time.after(turns, run));
    await time.turns(1);
    if (random.chance(0.3)) await time.advance(60, true);
  }
}

function cut(world: World): void {
  const { random, time } = world;
  for (const link of random.pick(world.readers).links) {
    if (link.isOver) continue;
    const how = world.anyCut();
    world.note(`  ${link.number} ${JSON.stringify(how)}`);
    link.cutBy = how;
    // At once, or in the middle of what comes next.
    if (random.chance(0.5)) link.cutAfter = random.between(1, 300);
    else link.cut(how, (turns, run) => time.after(turns, run));
  }
}

/** One, or with another log all of them. */
async function restart(world: World, isAnew: boolean): Promise<void> {
  const { random, instances } = world;
  const going = isAnew ? [...instances] : [random.pick(instances)];
  for (const instance of going) world.stop(instance, random.chance(0.3));
  if (isAnew) await world.replaceLog();
  if (world.serving.length === 0) world.startInstance();
}

function drain(world: World): void {
  const { random } = world;
  const instance = world.serving[0];
  if (!instance) return;
  const windowMs = random.pick([0, 100, 1_000]);
  // Some do not take their leave.
  for (const link of instance.links) if (random.chance(0.2)) link.isStalled = true;
  world.note(`  ${instance.name} in ${windowMs}`);
  world.drain(instance, windowMs);
  if (world.serving.length === 0) world.startInstance();
}

function perform(world: World, command: Command): Promise<void> | void {
  const { random, time, log } = world;
  const reader = random.pick(world.readers);
  switch (command) {
    case 'publish':
      return publish(world, random.between(1, 6));
    case 'burst':
      return publish(world, random.pick([30, 30, 100, 300]));
    case 'turns':
      return time.turns(random.between(1, 8));
    case 'advance':
      return time.advance(random.pick([1, 50, 120, 450]), random.chance(0.6));
    case 'wait':
      return time.advance(random.pick([1_000, 2_500]), random.chance(0.6));
    case 'age':
      // Keys are forgotten.
      return random.chance(0.1) ? time.advance(21_000) : undefined;
    case 'cut':
      return cut(world);
    case 'stall':
      for (const link of reader.links) link.isStalled = true;
      return undefined;
    case 'slow':
      return slow(world);
    case 'fork':
      return fork(world);
    case 'storm':
      return storm(world);
    case 'flow':
      return world.flow(reader);
    case 'connect':
    case 'disconnect':
    case 'reconnect':
      world.note(`  ${reader.name}`);
      reader.client[command]();
      if (random.chance(0.5)) reader.client[command]();
      return undefined;
    case 'regrant':
      world.note(`  ${reader.user.id ?? 'nobody'}`);
      if (reader.user.id !== undefined) world.regrant(reader.user, random.pick(GRANTS), random.chance(0.8));
      return undefined;
    case 'new reader':
      return world.readers.length < MOST_READERS ? world.addReader() : undefined;
    case 'new instance':
      if (world.instances.length < MOST_INSTANCES) world.startInstance();
      return undefined;
    case 'drain':
      return drain(world);
    case 'restart':
      return restart(world, false);
    case 'new epoch':
      return restart(world, true);
    case 'jump':
      return world.replaceLog();
    case 'refuse':
      world.refuses = random.chance(0.3);
      return undefined;
    case 'manners':
      log.manners.late = random.pick([0, 0.3, 0.8]);
      log.manners.fails = random.pick([0, 0, 0.2]);
      return undefined;
  }
}

/** How much happened: schedules in which nothing does prove nothing. */
export type Counts = Readonly<
  Record<'stored' | 'ephemeral' | 'delivered' | 'links' | 'resets' | 'drops' | 'revoked' | 'spilled', number>
>;

/**
 * One schedule from its beginning to its end.
 *
 * @throws {Error} For what must not be, with the commands that led to it.
 */
export async function runSchedule(random: Random, product: Product): Promise<Counts> {
  const world = new World(random, product);
  const menu = menuOf(random);
  try {
    await world.begin();
    for (let step = 0; step < STEPS; step += 1) {
      const command = random.pick(menu);
      world.note(command);
      await perform(world, command);
      await world.time.turns(random.pick([0, 0, 1, 2, 5]));
      world.check();
    }
    await world.converge();
    await world.end();
  } catch (error) {
    throw new Error(`${String(error)}\n${world.commands.join('\n')}`, { cause: error });
  }
  const { readers, publisher, spilled, revoked } = world;
  const sum = (of: (reader: (typeof readers)[number]) => number): number =>
    readers.reduce((total, reader) => total + of(reader), 0);
  return {
    stored: publisher.stored,
    ephemeral: publisher.ephemerals.size,
    delivered: sum(({ witness }) => witness.delivered),
    links: sum(({ links }) => links.length),
    resets: sum(({ witness }) => witness.resets),
    drops: sum(({ witness }) => witness.drops),
    revoked,
    spilled,
  };
}
