// Troubles for a cluster on this machine, on a clone that has nothing yet: `npm run chaos -- --cycles=10`.
import { spawn } from 'node:child_process';
import { install, installRedis } from './bootstrap.mjs';
import './mortal.mjs';
import { env, mortal, root } from './run.mjs';

await install();
if (!(await installRedis())) process.exit(1);
const chaos = spawn('node', [...mortal, 'test/chaos/main.ts', ...process.argv.slice(2)], {
  cwd: root,
  env: env(),
  stdio: 'inherit',
});
// A terminal tells both of us, somebody else us alone.
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => chaos.kill(signal));
process.on('SIGINT', () => {});
chaos.on('exit', (code, signal) => process.exit(signal ? 1 : code));
