// Every TypeScript project, by both compilers: 7 is what we work with, 6 is what the API tools and many users have.
import { exec } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(exec);
const projects = [
  'packages/protocol',
  'packages/client/tsconfig.pure.json',
  'packages/client',
  'packages/client/src/node',
  'packages/react',
  'packages/vue',
  'packages/svelte',
  'packages/inspector',
  'packages/server',
  '.',
  'playground',
];

const checks = projects.flatMap((project) =>
  ['tsc', 'tsc6'].map(async (compiler) => {
    try {
      await run(`${compiler} --pretty false -p ${project}`);
      return true;
    } catch (error) {
      console.error(`${compiler} -p ${project}\n${error.stdout}${error.stderr}`);
      return false;
    }
  }),
);

const results = await Promise.all(checks);
console.log(`${projects.length} projects, ${results.length} checks`);
process.exitCode = results.every(Boolean) ? 0 : 1;
