// The one build that the playground needs: all else of it runs from the sources.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './run.mjs';

/** Builds the client, what users put into a script tag with it, where it is older than its sources. */
export async function buildClient() {
  if (!isStale()) return;
  console.log('Building the client, and the page …');
  const { code } = await run('rollup --config --configOnly client --silent', { show: true });
  if (code !== 0) process.exit(code);
}

function isStale() {
  // Folders tell of files that are gone.
  const sources = ['packages/protocol/src', 'packages/client/src'].flatMap((folder) => [
    folder,
    ...readdirSync(join(root, folder), { recursive: true }).map((file) => join(folder, file)),
  ]);
  const inputs = ['rollup.config.mjs', 'packages/client/package.json', ...sources];
  return Math.max(...inputs.map(modified)) > modified('packages/client/dist/pushstream.min.js');
}

function modified(file) {
  return statSync(join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
