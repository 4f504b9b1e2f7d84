import { formatTable, median } from '../support/harness.ts';
import { OURS } from './contestants.ts';
import { roundsOr, run } from './run.ts';
import { spread } from './verdict.ts';

const ROUNDS = 5;
const ALONE = 100_000;
const REPLAYED = 10_000;
const READERS = 100;

/** How fast events are stored that nobody reads, and replayed to many at once. */
export async function extras(): Promise<void> {
  const rounds = roundsOr(ROUNDS);
  const { host, all, port, stop } = await run(OURS, { heartbeatMs: false });
  const alone: number[] = [];
  const replays: number[] = [];
  const cpu: number[] = [];
  await host.call('publishAlone', ALONE);
  for (let at = 0; at < rounds; at += 1) {
    alone.push(ALONE / (await host.call('publishAlone', ALONE)));
    const cursor = await host.call('cursor');
    await host.call('publishAlone', REPLAYED);
    const cpuBegin = await host.call('cpuMs');
    const begin = performance.now();
    await all((readers) => readers.call('open', port, '/', READERS, cursor));
    await all((readers) => readers.call('expect', REPLAYED));
    replays.push((REPLAYED * READERS) / (performance.now() - begin));
    cpu.push(((await host.call('cpuMs')) - cpuBegin) * 1000);
    await all((readers) => readers.call('close'));
  }
  const rows = [
    ['published, nobody there', spread(alone, 0), (1000 / median(alone)).toFixed(2)],
    ['replayed', spread(replays, 0), (median(cpu) / (REPLAYED * READERS)).toFixed(2)],
  ];
  console.log(formatTable(['', 'k events/s', 'µs each'], rows));
  console.log(
    `\n(${ALONE} events with nobody to get them, wall time; ${READERS} readers who come back at once for ${REPLAYED} ` +
      `events each, time until all have them and CPU of the server; medians of ${rounds} rounds)\n`,
  );
  await stop();
}
