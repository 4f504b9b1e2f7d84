/**
 * `npm run bench:server [-- --check]`: a server in a process of its own beside better-sse in another, on `node:http` over
 * loopback, with readers in further ones that do nothing but read. With `--check` it ends with an error when a promise
 * is not kept. `--only=` runs one part; `--rounds=` has it run that often; `--profile=<folder>` keeps the servers' CPU
 * profiles.
 */
import { connections } from './server/connections.ts';
import { extras } from './server/extras.ts';
import { fanOut } from './server/fan-out.ts';
import { openings } from './server/openings.ts';
import { only } from './server/run.ts';
import { slowConsumer } from './server/slow-consumer.ts';

const parts = new Map<string, () => Promise<void>>([
  ['fan-out', fanOut],
  ['slow-consumer', slowConsumer],
  ['connections', connections],
  ['openings', openings],
  ['extras', extras],
]);

const chosen = only();
if (chosen !== undefined && !parts.has(chosen)) {
  throw new RangeError(`--only: expected ${[...parts.keys()].join(', ')}, got ${chosen}`);
}
console.log(`Node ${process.version}\n`);
for (const [name, part] of parts) if (chosen === undefined || chosen === name) await part();
