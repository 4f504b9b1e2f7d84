import { spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { install } from './bootstrap.mjs';
import { env, root, run } from './run.mjs';

await install();
if (isStale()) {
  // All else runs from the sources; what users put into a script tag is a build.
  console.log('Building the client, and the page …');
  const { code } = await run('rollup --config --configOnly client --silent', { show: true });
  if (code !== 0) process.exit(code);
}

// A process group of its own, so that a signal to us ends everything the playground started.
const posix = process.platform !== 'win32';
const command = ['--import', './server/sources.ts', 'server/main.ts'];
const playground = spawn('node', [...command, ...process.argv.slice(2)], {
  cwd: join(root, 'playground'),
  env: env(),
  stdio: ['ignore', 'inherit', 'inherit'],
  detached: posix,
});
const end = (signal) => (posix ? process.kill(-playground.pid, signal) : playground.kill(signal));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(signal));
// Whoever kills npm alone does not reach us: npm's shell ends without passing the signal on.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && end('SIGTERM'), 500).unref();
playground.on('exit', (code, signal) => process.exit(signal ? 0 : code));

function isStale() {
  const sources = ['packages/protocol/src', 'packages/client/src'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((file) => join(folder, file)),
  );
  const inputs = ['rollup.config.mjs', 'packages/client/package.json', ...sources];
  return Math.max(...inputs.map(modified)) > modified('packages/client/dist/pushstream.min.js');
}

function modified(file) {
  return statSync(join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
