/**
 * `npm run chaos`: troubles, one after the other, for a cluster with clients that are held to what is promised.
 * `--cycles=` of each trouble, `--only=` those whose name has this, `--clients=`, `--seed=`; `--report` writes the
 * result into docs/reliability.md. Ends with code 1 where something went wrong.
 */
import { randomInt } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Outcome, runChaos } from './chaos.ts';
import { insert, summary, table } from './report.ts';
import { troubles } from './troubles.ts';

const page = fileURLToPath(new URL('../../docs/reliability.md', import.meta.url));
/** Where nothing can be written over, a line after so many cycles. */
const EVERY = 10;
const MOST_WORDS = 20;

function whole(name: string, text: string, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value <= most) return value;
  console.error(`--${name}: expected a whole number up to ${most}, got ${JSON.stringify(text)}`);
  process.exit(2);
}

function read(): { cycles: number; clients: number; seed: number; only: string; report: boolean } {
  const { values } = parseArgs({
    options: {
      cycles: { type: 'string', default: '100' },
      only: { type: 'string', default: '' },
      clients: { type: 'string', default: '200' },
      seed: { type: 'string', default: String(randomInt(2 ** 32)) },
      report: { type: 'boolean', default: false },
    },
  });
  return {
    ...values,
    cycles: whole('cycles', values.cycles, 100_000),
    clients: whole('clients', values.clients, 10_000),
    seed: whole('seed', values.seed, 2 ** 32 - 1),
  };
}

const { cycles, clients, seed, only, report } = read();
if (report && only !== '') {
  console.error('--report: expected all troubles, got --only');
  process.exit(2);
}
const command = `npm run chaos -- --cycles=${cycles} --clients=${clients} --seed=${seed}`;
const begun = performance.now();

function show({ trouble, verdict, ...counts }: Outcome): void {
  const isOver = counts.cycles === cycles;
  if (!process.stdout.isTTY && !isOver && counts.cycles % EVERY > 0) return;
  const minutes = ((performance.now() - begun) / 60_000).toFixed(1);
  const line =
    `${minutes} min  ${trouble.name}: ${counts.cycles} of ${cycles}, ${verdict.delivered} deliveries, ` +
    `${counts.reconnects} reconnects, ${verdict.violations.length} violations`;
  process.stdout.write(process.stdout.isTTY ? `\r\u001b[K${line}${isOver ? '\n' : ''}` : `${line}\n`);
}

const chosen = troubles.filter(({ name }) => name.toLowerCase().includes(only.toLowerCase()));
console.log(`${command}${only && ` --only='${only}'`}: ${chosen.length} troubles`);

const outcomes: Outcome[] = [];
for await (const outcome of runChaos({ troubles: chosen, cycles, clients, seed, progress: show })) {
  outcomes.push(outcome);
  for (const words of outcome.verdict.violations.slice(0, MOST_WORDS)) console.log(`  ${words}`);
}
console.log(`\n${table(outcomes)}\n\n${summary(outcomes, clients)}`);
if (report) {
  const text = `${table(outcomes)}\n\n${summary(outcomes, clients)}\n\n\`\`\`sh\n${command}\n\`\`\``;
  writeFileSync(page, insert(readFileSync(page, 'utf8'), text));
}
process.exitCode = outcomes.some(({ verdict }) => verdict.violations.length > 0) ? 1 : 0;
