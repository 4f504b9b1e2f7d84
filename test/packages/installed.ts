import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { installClient, link, pack, temporaryFolder } from './tarball.ts';

/** A package as its users get it: packed, and in a project of its own. */
export interface Installed {
  /** Without the prefix that all have. */
  readonly name: string;
  readonly tarball: string;
  /** A folder that has it, and the client. */
  readonly project: string;
  /** Where the package itself is, in the project. */
  readonly place: string;
}

/** Installs it for the tests of a file; `linked`: packages of the workspace that the project has too. */
export function useInstalled(name: string, ...linked: readonly string[]): Installed {
  let folder: string;
  let tarball: string;

  beforeAll(async () => {
    folder = await temporaryFolder();
    const [own, client] = [join(folder, name), join(folder, 'client')];
    await mkdir(own);
    tarball = await pack(name, own);
    if (name === 'client') await installClient(tarball, installed.project);
    else {
      await mkdir(client);
      await installClient(await pack('client', client), installed.project, tarball);
    }
    await link(installed.project, ...linked);
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  const installed: Installed = {
    name,
    get tarball() {
      return tarball;
    },
    get project() {
      return join(folder, 'app');
    },
    get place() {
      return join(installed.project, 'node_modules', `pushstream-${name}`);
    },
  };
  return installed;
}
