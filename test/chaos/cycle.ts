import { setTimeout as wait } from 'node:timers/promises';
import { elapse } from '../support/until.ts';
import type { Verdict } from './judge.ts';
import type { Stored } from './ledger.ts';
import type { Acknowledged, PublishCounts } from './publishers.ts';
import type { Trouble } from './troubles.ts';
import type { World } from './world.ts';

/** What one cycle has shown. */
export interface Cycle {
  readonly verdict: Verdict;
  readonly published: number;
  readonly refused: number;
  readonly unanswered: number;
  readonly reconnects: number;
  /** How long each client took to catch up, in milliseconds from the end of the trouble. */
  readonly recoveries: readonly number[];
}

/** How long somebody who is late is waited for, to tell late from never. */
const LATE_MS = 20_000;
/** A cycle that takes longer than this will not end. */
const MOST_MS = 150_000;
/** What is on its way when Redis goes, or comes back early, is not looked at. */
const MARGIN_MS = 500;

const entryOf = ({ id, label, channel, type }: Acknowledged): Stored => {
  const point = id.lastIndexOf('.');
  return { epoch: id.slice(0, point), seq: Number(id.slice(point + 1)), label, channel, type };
};

/** Holds what publishers were told to what is stored. */
function checkPublished(entries: readonly Stored[], { acknowledged, violations }: PublishCounts): string[] {
  const labels = new Map(entries.map(({ epoch, seq, label }) => [`${epoch}.${seq}`, label]));
  const lost = acknowledged.filter(({ id, label }) => labels.get(id) !== label);
  const once = new Set(entries.map(({ epoch, label }) => `${epoch} ${label}`));
  return [
    ...violations,
    ...lost.map(({ id, label }) => `${label} was acknowledged as ${id} and is not stored there`),
    ...(once.size < entries.length ? [`${entries.length - once.size} events are stored twice`] : []),
  ];
}

/** What a Redis that is away for so long still acknowledged, or whom nobody answered. */
async function watchRefusals({ publishers }: World, ms: number): Promise<string[]> {
  await elapse(MARGIN_MS);
  const before = publishers.counts.acknowledged.length;
  await elapse(ms - 2 * MARGIN_MS);
  const { acknowledged, refused, unanswered } = publishers.counts;
  const late = acknowledged.length - before;
  return [
    ...(late > 0 ? [`${late} events were acknowledged while Redis was away`] : []),
    ...(refused === 0 ? ['nobody was answered by 503 while Redis was away'] : []),
    ...(unanswered > 0 ? [`${unanswered} publishes were not answered while Redis was away`] : []),
  ];
}

/** Nobody ends but by our hand. */
const dead = ({ cluster }: World): string[] =>
  cluster.instances.filter(({ state }) => state !== 'up').map(({ name }) => `${name} has ended by itself`);

async function strike(trouble: Trouble, world: World): Promise<[mend: () => Promise<unknown>, violations: string[]]> {
  const watching = trouble.refusesMs === undefined ? [] : watchRefusals(world, trouble.refusesMs);
  const mend = await trouble.strike(world);
  return [mend ?? (() => Promise.resolve()), await watching];
}

/**
 * One trouble, from streams that flow to streams that have everything.
 *
 * @throws {Error} Where it does not come to an end.
 */
export async function runCycle(trouble: Trouble, world: World): Promise<Cycle> {
  const over = new AbortController();
  const never = wait(MOST_MS, undefined, { signal: over.signal }).then(() => {
    throw new Error(`Expected the cycle to end within ${MOST_MS} ms`);
  });
  try {
    return await Promise.race([perform(trouble, world), never]);
  } finally {
    over.abort();
    never.catch(() => {});
  }
}

async function perform(trouble: Trouble, world: World): Promise<Cycle> {
  const { publishers, crowd, ledger, random } = world;
  publishers.resume();
  await elapse(random.between(100, 400));

  const [mend, violations] = await strike(trouble, world);
  const over = Date.now();
  const mending = mend();
  // Whether it fails is asked later.
  mending.catch(() => {});
  const timeoutMs = trouble.boundMs + LATE_MS;
  const first = await publishers.mark();
  const { times, stragglers } = await crowd.reach({ markers: first.map(entryOf), timeoutMs });
  await mending;
  const recoveries = times.map((time) => Math.max(0, time - over));
  const late = recoveries.filter((ms) => ms > trouble.boundMs);
  if (late.length > 0) violations.push(`${late.length} clients caught up late, the last after ${Math.max(...late)} ms`);
  violations.push(...stragglers);

  await publishers.pause();
  const last = await publishers.mark();
  violations.push(...(await crowd.reach({ markers: last.map(entryOf), timeoutMs })).stragglers);
  const entries = await ledger.read();
  const counts = publishers.take();
  const rule = trouble.reset ? { ...trouble.reset, trimmed: ledger.trimmed } : null;
  const { verdict, reconnects } = await crowd.judge({ entries, rule });
  verdict.violations.push(...violations, ...checkPublished(entries, counts), ...dead(world));
  return {
    verdict,
    published: counts.acknowledged.length,
    refused: counts.refused,
    unanswered: counts.unanswered,
    reconnects,
    recoveries,
  };
}
