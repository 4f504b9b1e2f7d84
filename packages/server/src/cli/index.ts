import process from 'node:process';
import { errorParts } from './log.ts';
import { main } from './main.ts';

/** A failure that nobody met: told without what may be secret, and the end. */
function die(error: unknown): void {
  process.stderr.write(`pushstream-server: it failed: ${JSON.stringify(errorParts(error))}\n`);
  process.exit(1);
}

process.on('uncaughtException', die);
process.on('unhandledRejection', die);
// Whoever reads the logs may leave.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

main({
  args: process.argv.slice(2),
  variables: process.env,
  out: process.stdout,
  error: process.stderr,
  on: (signal, listener) => process.on(signal, listener),
  exit: (code) => process.exit(code),
}).catch(die);
