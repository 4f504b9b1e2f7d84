// The server's command from the sources, on a clone that has nothing yet: `npm run serve -- --demo`.
import { spawn } from 'node:child_process';
import { install } from './bootstrap.mjs';
import { env, root } from './run.mjs';

await install();
const server = spawn('node', ['packages/server/src/cli/index.ts', ...process.argv.slice(2)], {
  cwd: root,
  env: env(),
  stdio: 'inherit',
});
// A terminal tells both of us; somebody else tells us alone, or npm's shell, which does not pass it on.
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill(signal));
process.on('SIGINT', () => {});
const parent = process.ppid;
setInterval(() => process.ppid !== parent && server.kill('SIGTERM'), 500).unref();
server.on('exit', (code, signal) => process.exit(signal ? 0 : code));
