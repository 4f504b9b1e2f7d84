// Everything that proves the repository, in order. Ends with the line `N passed, N failed`.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { install, installChromium, installNginx, installRedis } from './bootstrap.mjs';
import { run } from './run.mjs';

const ci = process.env.CI === 'true';
const checks = [
  { name: 'format', command: 'oxfmt --check' },
  { name: 'lint', command: 'node --run lint' },
  { name: 'types', command: 'node --run types' },
  { name: 'build', command: 'node --run build' },
  // What a package of ours is for another is known when it is built.
  { name: 'walls', command: 'node --run walls' },
  { name: 'dead code', command: 'node --run knip' },
];
/** By default Vitest leaves a core free, and with two there is but one worker; those that measure no time take all. */
const tests = [
  { name: 'unit', project: 'unit', workers: '100%' },
  { name: 'adapters', project: 'adapters' },
  { name: 'adapters on React 18', project: 'adapters-react-18' },
  { name: 'inspector', project: 'inspector' },
  { name: 'socket', project: 'socket' },
  { name: 'server', project: 'server', workers: '100%' },
  { name: 'redis', project: 'redis', workers: '100%' },
  { name: 'chaos', project: 'chaos' },
  { name: 'runtimes', project: 'runtimes' },
  { name: 'packages', project: 'packages', workers: '100%' },
  { name: 'playground', project: 'playground' },
  { name: 'browser', project: 'browser' },
  { name: 'docs', project: 'docs', workers: '100%' },
  { name: 'size', command: 'node --run size' },
];

const total = { passed: 0, failed: 0 };
const reports = mkdtempSync(join(tmpdir(), 'pushstream-test-'));
try {
  await install();
  const isCheck = process.argv.includes('--check');
  /** What a stage needs of the machine, where that cannot be had. */
  const missing = new Map();
  if (!isCheck && !(await installChromium())) missing.set('browser', 'Chromium');
  if (!isCheck && !(await installRedis())) for (const name of ['redis', 'chaos']) missing.set(name, 'Redis');
  // Its tests are some of a stage: they skip themselves, which counts as a failure where nothing may be missing.
  if (!isCheck) await installNginx();
  for (const stage of isCheck ? checks : [...checks, ...tests]) {
    const lack = missing.get(stage.name);
    if (lack) miss(stage, lack);
    else await perform(stage);
  }
} catch (error) {
  console.error(error);
  total.failed++;
} finally {
  rmSync(reports, { recursive: true, force: true });
}
if (total.failed > 0) process.exitCode = 1;
console.log(`${total.passed} passed, ${total.failed} failed`);

async function perform(stage) {
  const start = performance.now();
  const file = join(reports, `${stage.name}.json`);
  const reporters = `--reporter=default --reporter=json --outputFile.json="${file}"`;
  const command =
    stage.command ??
    `vitest run --project ${stage.project} ${stage.workers ? `--maxWorkers=${stage.workers}` : ''} ${reporters}`;
  const { code, output } = await run(command);
  const result = stage.command ? { passed: 1, failed: 0, skipped: 0 } : count(file);
  if (code !== 0 && result.failed === 0) result.failed = 1;
  if (stage.command && code !== 0) result.passed = 0;
  // A test that is skipped proves nothing; only a machine that lacks something may do so.
  if (ci) result.failed += result.skipped;
  total.passed += result.passed;
  total.failed += result.failed;
  console.log(`${result.failed > 0 ? '✗' : '✓'} ${summary(stage, result)} (${seconds(start)} s)`);
  if (result.failed > 0) console.log(output);
}

/** In CI nothing may be skipped. */
function miss({ name }, lack) {
  if (ci) total.failed++;
  console.log(`${ci ? '✗' : '–'} ${name}: skipped, no ${lack}`);
}

function count(file) {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'));
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests,
      skipped: report.numPendingTests + report.numTodoTests,
    };
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}

function summary({ name, command }, { passed, failed, skipped }) {
  if (command) return name;
  const parts = [`${passed} passed`];
  if (failed > 0) parts.push(`${failed} failed`);
  if (skipped > 0) parts.push(`${skipped} skipped`);
  return `${name}: ${parts.join(', ')}`;
}

function seconds(start) {
  return ((performance.now() - start) / 1000).toFixed(1);
}
