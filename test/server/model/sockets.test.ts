import { expect, test } from 'vitest';
import { createPushStream, memoryLog } from '../../../packages/server/src/index.ts';
import { caseSeed, createRandom, testSeed } from '../../support/random.ts';
import { elapse } from '../../support/until.ts';
import { SocketWorld } from './socket-world.ts';
import { GRANTS } from './world.ts';

/** Real clients, real servers and real sockets through a proxy that breaks them. */
const seed = testSeed();
const schedules = Number(process.env['PUSHSTREAM_SOCKET_SCHEDULES'] ?? 200);
const AT_ONCE = 20;
const STEPS = 50;

const COMMANDS = [
  ...Array.from<'publish'>({ length: 8 }).fill('publish'),
  ...Array.from<'pause'>({ length: 6 }).fill('pause'),
  'burst',
  'flood',
  'FIN',
  'FIN',
  'RST',
  'RST',
  'hole',
  'stall',
  'stall',
  'flow',
  'refuse',
  'reader',
  'reconnect',
  'disconnect',
  'regrant',
  'restart',
  'epoch',
] as const;

type Command = (typeof COMMANDS)[number];

/** What happens to one connection through a proxy. */
function disturb(world: SocketWorld, command: 'FIN' | 'RST' | 'hole' | 'stall' | 'flow'): void {
  const { random } = world;
  for (const { proxy } of world.serving) {
    for (const link of proxy.links) {
      if (random.chance(0.5)) continue;
      if (command === 'hole') link.hold();
      else if (command === 'stall') link.upstream.pause();
      else if (command === 'flow') link.upstream.resume();
      else link.cut(command);
    }
  }
}

async function restart(world: SocketWorld): Promise<void> {
  const { random, serving } = world;
  const by = random.pick(['close', 'drain', 'kill'] as const);
  world.commands.push(`  ${by}`);
  if (serving.length < 2 || random.chance(0.5)) await world.startInstance();
  const going = serving[0];
  // Some are asked to end while others begin.
  if (going) await world.stop(going, by);
}

async function perform(world: SocketWorld, command: Command): Promise<void> {
  const { random, serving, publisher, readers } = world;
  const instance = random.pick(serving);
  const reader = random.pick(readers);
  switch (command) {
    case 'publish':
      return publisher.publish(instance, random.between(1, 6));
    case 'burst':
      return publisher.publish(instance, random.pick([30, 100, 300]));
    case 'flood':
      // More than the kernel keeps for a connection that nobody reads.
      if (random.chance(0.1)) publisher.flood(instance, 48, 262_144);
      return undefined;
    case 'pause':
      return elapse(random.pick([1, 5, 20, 60]));
    case 'refuse': {
      await instance.proxy.refuse();
      await elapse(random.between(1, 40));
      return instance.proxy.accept();
    }
    case 'reader':
      return readers.length < 5 ? world.addReader() : undefined;
    case 'disconnect':
      reader.client.disconnect();
      await elapse(random.between(0, 10));
      return reader.client.connect();
    case 'reconnect':
      return reader.client.reconnect();
    case 'regrant':
      return world.regrant(reader.user, random.pick(GRANTS), random.chance(0.8));
    case 'restart':
      return restart(world);
    case 'epoch':
      return random.chance(0.3) ? world.replaceLog() : undefined;
    case 'FIN':
    case 'RST':
    case 'hole':
    case 'stall':
    case 'flow':
      return disturb(world, command);
  }
}

async function run(index: number): Promise<{ delivered: number; links: number }> {
  const world = new SocketWorld(createRandom(caseSeed(seed, index)), { createPushStream, memoryLog });
  const { random } = world;
  try {
    await world.log.begin();
    await world.startInstance();
    if (random.chance(0.5)) await world.startInstance();
    for (let readers = random.between(1, 3); readers > 0; readers -= 1) await world.addReader();
    for (let step = 0; step < STEPS; step += 1) {
      const command = random.pick(COMMANDS);
      world.commands.push(command);
      await perform(world, command);
      world.check();
    }
    await world.converge();
    await world.end();
  } catch (error) {
    await world.abandon();
    throw new Error(`PUSHSTREAM_SEED=${seed} schedule ${index}: ${String(error)}\n${world.commands.join('\n')}`, {
      cause: error,
    });
  }
  const sum = (of: (reader: (typeof world.readers)[number]) => number): number =>
    world.readers.reduce((total, reader) => total + of(reader), 0);
  return { delivered: sum(({ witness }) => witness.delivered), links: sum(({ links }) => links.length) };
}

test(`nothing is lost or doubled without a word, on sockets that break (seed ${seed})`, async () => {
  let [next, delivered, links] = [0, 0, 0];
  async function work(): Promise<void> {
    while (next < schedules) {
      const index = next;
      next += 1;
      const counts = await run(index);
      delivered += counts.delivered;
      links += counts.links;
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  expect(delivered).toBeGreaterThan(schedules * 20);
  expect(links).toBeGreaterThan(schedules * 3);
}, 300_000);
