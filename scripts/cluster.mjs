// Redis, three servers, a balancer, and the playground's page before them, on a clone that has nothing yet.
import { spawn } from 'node:child_process';
import { install, installRedis } from './bootstrap.mjs';
import { buildClient } from './client.mjs';
import './mortal.mjs';
import { env, exitCode, mortal, root } from './run.mjs';

await install();
if (!(await installRedis())) process.exit(1);
await buildClient();
const command = [...mortal, '--import', './playground/server/sources.ts', 'playground/cluster/main.ts'];
const cluster = spawn('node', [...command, ...process.argv.slice(2)], {
  cwd: root,
  env: env(),
  stdio: 'inherit',
});
// A terminal tells both of us, somebody else us alone.
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => cluster.kill(signal));
process.on('SIGINT', () => {});
cluster.on('exit', (...how) => process.exit(exitCode(...how)));
