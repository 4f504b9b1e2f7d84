import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const root: string = fileURLToPath(new URL('../..', import.meta.url));

const execute = promisify(execFile);

/** Runs a program to its end and gives what it printed; a failure carries both outputs. */
export async function run(file: string, args: readonly string[], cwd: string = root): Promise<string> {
  try {
    const { stdout } = await execute(file, [...args], { cwd, timeout: 60_000 });
    return stdout;
  } catch (cause) {
    const { stdout = '', stderr = '' } = cause as { stdout?: string; stderr?: string };
    throw new Error(`${file} ${args.join(' ')}\n${stdout}${stderr}`, { cause });
  }
}

/** A program of the workspace's own. */
export function bin(name: string): string {
  return join(root, 'node_modules/.bin', name);
}

export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'pushstream-packages-'));
}

/** Packs a package as publishing would and gives the tarball's path. */
export async function pack(name: string, into: string): Promise<string> {
  const manifest = await readJson(join(root, 'package.json'));
  const pnpm = String(manifest['packageManager']);
  await run('npx', ['--yes', pnpm, 'pack', '--pack-destination', into], join(root, 'packages', name));
  const [tarball] = (await readdir(into)).filter((file) => file.endsWith('.tgz'));
  if (tarball === undefined) throw new Error(`pnpm pack left no tarball in ${into}`);
  return join(into, tarball);
}

/** Installs the client's tarball, and those of other packages, into a fresh project, from this disk alone. */
export async function installClient(tarball: string, project: string, ...others: readonly string[]): Promise<void> {
  await mkdir(project, { recursive: true });
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'consumer', private: true }));
  const signals = join(project, 'signals-core');
  await cp(await realpath(join(root, 'node_modules/@preact/signals-core')), signals, {
    recursive: true,
    filter: (path) => !path.startsWith(join(signals, 'node_modules')),
  });
  const quiet = ['--offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  // Peers are linked, not installed.
  const how = ['--install-links', '--legacy-peer-deps'];
  await run('npm', ['install', ...quiet, ...how, tarball, signals, ...others], project);
}

/** Makes packages of the workspace packages of a project too. */
export async function link(project: string, ...names: readonly string[]): Promise<void> {
  for (const name of names) {
    const place = join(project, 'node_modules', name);
    await mkdir(dirname(place), { recursive: true });
    await symlink(await realpath(join(root, 'node_modules', name)), place);
  }
}

export async function readJson(file: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
}

/** Writes a project's files, folders included. */
export async function writeFiles(folder: string, files: Record<string, string>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}
