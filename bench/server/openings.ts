import { formatTable } from '../support/harness.ts';
import { OURS } from './contestants.ts';
import { roundsOr, run } from './run.ts';
import { spread } from './verdict.ts';

const ROUNDS = 5;
const READERS = 2_000;
/** Behind the cursor of who comes back. */
const MISSED = 20;

/** What a new connection costs, and one that comes back: what a server has to bear behind a crash of another one. */
export async function openings(): Promise<void> {
  const rounds = roundsOr(ROUNDS);
  const { host, all, port, stop } = await run(OURS, { heartbeatMs: false });
  const rows: string[][] = [];
  for (const [what, missed] of [
    ['new', 0],
    [`back, with ${MISSED} events missed`, MISSED],
  ] as const) {
    const cpu: number[] = [];
    const rates: number[] = [];
    // The first one warms up.
    for (let at = 0; at <= rounds; at += 1) {
      const cursor = await host.call('cursor');
      await host.call('publishAlone', missed);
      const cpuBegin = await host.call('cpuMs');
      const begin = performance.now();
      await all((readers) => readers.call('open', port, '/', READERS, missed === 0 ? undefined : cursor));
      if (missed > 0) await all((readers) => readers.call('expect', missed));
      if (at > 0) {
        rates.push((READERS * 1_000) / (performance.now() - begin));
        cpu.push((((await host.call('cpuMs')) - cpuBegin) * 1_000) / READERS);
      }
      await all((readers) => readers.call('close'));
    }
    rows.push([what, spread(cpu, 0), spread(rates, 0)]);
  }
  console.log(formatTable(['connections', 'CPU µs each', 'per second'], rows));
  console.log(
    `\n(${READERS} of them, 250 at a time; CPU of the server; each a TCP connection, a request, and the first block ` +
      `of its stream; medians of ${rounds} rounds)\n`,
  );
  await stop();
}
