import type { Log, Stored } from '../../log/log.ts';
import { entry, later, now, numbered, publishAll, range, readAll, start } from '../entries.ts';
import { equal } from '../expect.ts';
import { type Rule, rule } from '../rule.ts';
import type { World } from '../world.ts';

const MANY = 5_000;
const ROUNDS = 24;
const ofNumbers = (from: number, to: number): string[] => range(from, to).map((seq) => `${seq}:${seq}`);

/** Publishes one number after the other, in this turn or one of the next. */
async function publishOverTurns(world: World, log: Log, numbers: readonly number[]): Promise<void> {
  const publishing: Array<Promise<Stored>> = [];
  for (const number of numbers) {
    publishing.push(later(log.publish(entry(number))));
    await (number % 3 === 0 ? world.turns(1) : Promise.resolve());
  }
  await Promise.all(publishing);
}

/** What is stored, from where a tail begins, and what comes live. */
const beginnings: readonly Rule[] = [
  ['the start', 0],
  ['the middle', 5],
  ['the newest entry', 10],
].map(([where, seq]) =>
  rule(`a tail from ${where} sees what is stored behind it, then what comes`, async (world) => {
    const log = await world.create();
    const { epoch } = await start(log);
    await publishAll(log, range(1, 10));
    const tail = world.follow(log, { epoch, seq: Number(seq) });
    const taking = tail.take(20 - Number(seq));
    await world.moment();
    await publishAll(log, range(11, 20));
    equal('what it sees', numbered(await taking), ofNumbers(Number(seq) + 1, 20));
  }),
);

export const tailing: readonly Rule[] = [
  ...beginnings,
  rule('a tail of an empty log waits for the first entry', async (world) => {
    const log = await world.create();
    const taking = world.follow(log, await start(log)).take(2);
    await world.moment();
    await log.publish(entry('a'));
    await world.moment();
    await log.publish(entry('b'));
    equal('what it sees', numbered(await taking), ['1:a', '2:b']);
  }),
  rule('a tail sees what is published before its first page is asked for', async (world) => {
    const log = await world.create();
    const tail = world.follow(log, await now(log));
    await publishAll(log, range(1, 3));
    equal('what it sees', numbered(await tail.take(3)), ofNumbers(1, 3));
  }),
  rule('a tail has no hole and no repetition where what is stored meets what comes', async (world) => {
    const log = await world.create();
    for (let round = 0; round < ROUNDS; round += 1) {
      const from = await now(log);
      const [first, last] = [from.seq + 1, from.seq + 30];
      const publishing = later(publishOverTurns(world, log, range(first, last)));
      await world.turns(round % 8);
      const tail = world.follow(log, from);
      equal(`round ${round}`, numbered(await tail.take(30)), ofNumbers(first, last));
      await publishing;
      tail.abort();
    }
  }),
  rule('a tail sees what is published while a page is worked on', async (world) => {
    const log = await world.create();
    const tail = world.follow(log, await start(log));
    for (const round of range(0, 9)) {
      await publishAll(log, range(round * 3 + 1, round * 3 + 3));
      equal('one', numbered(await tail.take(1)), ofNumbers(round * 3 + 1, round * 3 + 1));
      await world.turns(round % 3);
      equal('two more', numbered(await tail.take(2)), ofNumbers(round * 3 + 2, round * 3 + 3));
    }
  }),
  rule('each page of a tail names its epoch', async (world) => {
    const log = await world.create();
    const { epoch, seq } = await start(log);
    await log.publish(entry('a'));
    const page = await world.follow(log, { epoch, seq }).page();
    equal('the epoch', page?.kind === 'entries' ? page.epoch : page, epoch);
  }),
  rule('two tails agree with each other, and with what is read', async (world) => {
    const log = await world.create();
    const from = await start(log);
    const early = world.follow(log, from).take(60);
    const publishing = later(publishOverTurns(world, log, range(1, 60)));
    await world.turns(5);
    const late = world.follow(log, from).take(60);
    const [one, other] = await Promise.all([early, late, publishing]);
    const stored = await readAll(log, from);
    equal('the early one', one, stored);
    equal('the late one', other, stored);
  }),
  rule('every one of many tails that wait is told', async (world) => {
    const log = await world.create();
    const from = await start(log);
    const taking = later(Promise.all(range(1, 50).map(() => world.follow(log, from).take(1))));
    await world.moment();
    await log.publish(entry('a'));
    for (const taken of await taking) equal('what it sees', numbered(taken), ['1:a']);
  }),
  rule('a tail may be asked for again from the last position that it gave', async (world) => {
    const log = await world.create();
    let position = await start(log);
    const publishing = later(publishOverTurns(world, log, range(1, 60)));
    const seen: string[] = [];
    while (seen.length < 60) {
      const tail = world.follow(log, position);
      const page = await tail.page();
      if (page?.kind === 'entries') seen.push(...numbered(page.entries));
      position = tail.position;
      tail.abort();
      await tail.ended();
      await world.turns(1);
    }
    await publishing;
    equal('what all of them saw', seen, ofNumbers(1, 60));
  }),
  rule('a tail sees each of thousands of entries that are published at once', async (world) => {
    const log = await world.create();
    const from = await start(log);
    const taking = world.follow(log, from).take(MANY);
    await world.moment();
    await publishAll(log, range(1, MANY));
    equal('what it sees', numbered(await taking), ofNumbers(1, MANY));
    equal('what a later one sees', numbered(await world.follow(log, from).take(MANY)), ofNumbers(1, MANY));
  }),
];
