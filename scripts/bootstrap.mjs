// Brings a fresh clone to where everything runs; nothing to do on the second call. Needs only Node and npm.
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { root, run } from './run.mjs';

const stamp = join(root, 'node_modules', '.pushstream-installed');

/** Installs the locked dependencies, unless exactly these are installed already. */
export async function install() {
  const wanted = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  console.log(`Installing dependencies with ${packageManager}, about a minute the first time …`);
  const { code } = await run(`npx --yes ${packageManager} install --frozen-lockfile --loglevel=error`, {
    show: true,
    // pnpm asks before it replaces a foreign node_modules; nobody is here to answer.
    extraEnv: { CI: 'true' },
  });
  if (code !== 0) throw new Error(`pnpm install ended with code ${code}`);
  writeFileSync(stamp, wanted);
}

/** Makes sure of a `chromium`; `false` when there is none and none can be had. */
export function installChromium() {
  return installPackage('chromium', 'Without it the browser tests (test/browser) cannot run');
}

/** Makes sure of a `redis-server`; nothing of it runs until a test starts one. */
export function installRedis() {
  return installPackage(
    'redis-server',
    'Without it neither `npm run cluster` and `npm run chaos` nor the tests of the log in Redis can run',
  );
}

/** Makes sure of an `nginx`: what proxies do to streams only one of them can show. */
export function installNginx() {
  return installPackage('nginx', 'Without it the tests behind a proxy (test/server/hosts/nginx.test.ts) cannot run');
}

/** By the system's packages, where that is allowed; a package is called what it brings. */
async function installPackage(program, loss) {
  if (onPath(program)) return true;
  if (process.getuid?.() === 0 && onPath('apt-get')) {
    console.log(`Installing ${program} from the system's packages, once …`);
    const apt = `apt-get update && apt-get install -y --no-install-recommends ${program}`;
    const { code } = await run(apt, { show: true, extraEnv: { DEBIAN_FRONTEND: 'noninteractive' } });
    if (code === 0 && onPath(program)) return true;
  }
  console.log(
    `No \`${program}\` on the PATH, and it cannot be installed from here (that takes root and apt-get).\n` +
      `${loss}; everything else does.`,
  );
  return false;
}

function fingerprint() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  const folders = ['packages', 'test'].flatMap((parent) =>
    existsSync(join(root, parent)) ? readdirSync(join(root, parent)).map((name) => join(parent, name)) : [],
  );
  const manifests = ['.', 'playground', ...folders.sort()].map((folder) => join(folder, 'package.json'));
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests]) {
    if (existsSync(join(root, file))) hash.update(`\n${file}\n`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

function onPath(name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  await install();
  const found = [await installChromium(), await installRedis(), await installNginx()];
  if (found.includes(false) && process.env.CI === 'true') process.exitCode = 1;
}
