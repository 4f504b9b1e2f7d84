import { formatTable, median } from '../support/harness.ts';
import { BARE, OURS, PEER } from './contestants.ts';
import type { FanOut } from './host.ts';
import { inTurn, roundsOr, run, type Running } from './run.ts';
import { judge, spread } from './verdict.ts';

const READERS = 1_000;
const WARM_UPS = 2;
const ROUNDS = 11;

/**
 * What is published, and how many times better-sse's deliveries per second of CPU are promised for it. What one callback
 * writes Node itself gathers, whoever writes it; what callbacks of one turn write, as of ten requests that publish, not.
 */
const WORKLOADS = [
  { name: 'an event per turn', turns: 80, perTurn: 1, callbacks: 'one', goal: 1.4 },
  { name: 'ten per turn, in ten callbacks', turns: 20, perTurn: 10, callbacks: 'own', goal: 5 },
  { name: 'ten per turn, in one callback', turns: 40, perTurn: 10, callbacks: 'one', goal: 3.5 },
] as const;

type Workload = (typeof WORKLOADS)[number];

const deliveries = ({ turns, perTurn }: Workload): number => turns * perTurn * READERS;

async function round({ host, all }: Running, { turns, perTurn, callbacks }: Workload): Promise<FanOut> {
  await all((readers) => readers.call('reset'));
  const result = await host.call('fanOut', turns, perTurn, callbacks);
  await all((readers) => readers.call('expect', turns * perTurn));
  return result;
}

/** An event to a thousand readers: what a delivery costs the server's process. */
export async function fanOut(): Promise<void> {
  const rounds = roundsOr(ROUNDS);
  const servers = await Promise.all([OURS, PEER, BARE].map((name) => run(name, { heartbeatMs: false })));
  for (const { all, port } of servers) await all((readers) => readers.call('open', port, '/', READERS));
  for (const workload of WORKLOADS) {
    const results = new Map<string, FanOut[]>(servers.map(({ name }) => [name, []]));
    for (let at = -WARM_UPS; at < rounds; at += 1) {
      for (const server of inTurn(servers, at + WARM_UPS)) {
        const result = await round(server, workload);
        if (at >= 0) results.get(server.name)?.push(result);
      }
    }
    const peer = results.get(PEER) ?? [];
    const ratios = (own: readonly FanOut[]): number[] =>
      own.map(({ cpuMs }, at) => (peer[at]?.cpuMs ?? Number.NaN) / cpuMs);
    const rows = [...results].map(([name, own]) => [
      name,
      spread(own.map(({ cpuMs }) => (cpuMs * 1000) / deliveries(workload))),
      (deliveries(workload) / median(own.map(({ wallMs }) => wallMs))).toFixed(0),
      spread(ratios(own)),
    ]);
    const head = [workload.name, 'CPU µs per delivery', 'deliveries/ms', `÷ ${PEER}, per CPU second`];
    console.log(`${formatTable(head, rows)}\n`);
    const times = median(ratios(results.get(OURS) ?? []));
    judge(
      times >= workload.goal,
      `${workload.name}: ${times.toFixed(2)} times ${PEER}'s deliveries per CPU second; the goal is ${workload.goal}\n`,
    );
  }
  console.log(`(${READERS} readers, about 240 bytes per event; medians of ${rounds} alternating rounds)\n`);
  await Promise.all(servers.map((server) => server.stop()));
}
