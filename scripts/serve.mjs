// The server's command from the sources, on a clone that has nothing yet: `npm run serve -- --demo`.
import { spawn } from 'node:child_process';
import { install } from './bootstrap.mjs';
import './mortal.mjs';
import { env, exitCode, mortal, root } from './run.mjs';

await install();
const server = spawn('node', [...mortal, 'packages/server/src/cli/index.ts', ...process.argv.slice(2)], {
  cwd: root,
  env: env(),
  stdio: 'inherit',
});
// A terminal tells both of us, somebody else us alone.
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill(signal));
process.on('SIGINT', () => {});
server.on('exit', (...how) => process.exit(exitCode(...how)));
