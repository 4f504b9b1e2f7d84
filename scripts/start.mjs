import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { install } from './bootstrap.mjs';
import { buildClient } from './client.mjs';
import './mortal.mjs';
import { env, exitCode, mortal, root } from './run.mjs';

await install();
await buildClient();

// A process group of its own, so that a signal to us ends everything the playground started.
const posix = process.platform !== 'win32';
const command = [...mortal, '--import', './server/sources.ts', 'server/main.ts'];
const playground = spawn('node', [...command, ...process.argv.slice(2)], {
  cwd: join(root, 'playground'),
  env: env(),
  stdio: ['ignore', 'inherit', 'inherit'],
  detached: posix,
});
const end = (signal) => (posix ? process.kill(-playground.pid, signal) : playground.kill(signal));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(signal));
playground.on('exit', (...how) => process.exit(exitCode(...how)));
