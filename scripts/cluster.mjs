// Redis, three servers, a balancer, and the playground's page before them, on a clone that has nothing yet.
import { spawn } from 'node:child_process';
import { install, installRedis } from './bootstrap.mjs';
import { buildClient } from './client.mjs';
import { env, root } from './run.mjs';

await install();
if (!(await installRedis())) process.exit(1);
await buildClient();
const command = ['--import', './playground/server/sources.ts', 'playground/cluster/main.ts'];
const cluster = spawn('node', [...command, ...process.argv.slice(2)], {
  cwd: root,
  env: env(),
  stdio: 'inherit',
});
// A terminal tells both of us; somebody else tells us alone, or npm's shell, which does not pass it on.
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => cluster.kill(signal));
process.on('SIGINT', () => {});
const parent = process.ppid;
setInterval(() => process.ppid !== parent && cluster.kill('SIGTERM'), 500).unref();
cluster.on('exit', (code, signal) => process.exit(signal ? 0 : code));
