/**
 * `npm run chaos`: troubles, one after the other, for a cluster with clients that are held to what is promised.
 * Ends with code 1 where something went wrong, with 2 where it was asked for something else.
 */
import { randomInt } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Outcome, runChaos } from './chaos.ts';
import { type Flags, HELP, parseFlags } from './flags.ts';
import { insert, summary, table } from './report.ts';

const page = fileURLToPath(new URL('../../docs/reliability.md', import.meta.url));
/** Where nothing can be written over, a line after so many cycles. */
const EVERY = 10;
const MOST_WORDS = 20;

function read(): Flags {
  try {
    const flags = parseFlags(process.argv.slice(2), randomInt(2 ** 32));
    if (flags) return flags;
    console.log(HELP);
    process.exit(0);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    process.exit(2);
  }
}

const { cycles, clients, seed, troubles, report } = read();
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

console.log(`${command}: ${troubles.map(({ name }) => name).join('; ')}`);

const outcomes: Outcome[] = [];
for await (const outcome of runChaos({ troubles, cycles, clients, seed, progress: show })) {
  outcomes.push(outcome);
  for (const words of outcome.verdict.violations.slice(0, MOST_WORDS)) console.log(`  ${words}`);
}
console.log(`\n${table(outcomes)}\n\n${summary(outcomes, clients)}`);
if (report) {
  const text = `${table(outcomes)}\n\n${summary(outcomes, clients)}\n\n\`\`\`sh\n${command}\n\`\`\``;
  writeFileSync(page, insert(readFileSync(page, 'utf8'), text));
}
process.exitCode = outcomes.some(({ verdict }) => verdict.violations.length > 0) ? 1 : 0;
