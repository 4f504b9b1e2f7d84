import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { publint } from 'publint';
import { expect, test } from 'vitest';
import type { Installed } from './installed.ts';
import { bin, readJson, run } from './tarball.ts';

/** What a package consists of. */
export interface Contents {
  /** Modules, each with its types. */
  readonly entries: readonly string[];
  /** Files besides, each with its map. */
  readonly scripts?: readonly string[];
  /** Only what `import` loads is there. */
  readonly isEsm?: boolean;
  readonly dependencies: readonly string[];
  readonly peers?: Readonly<Record<string, string>>;
  /** Peers that it does without. */
  readonly optional?: readonly string[];
}

const withMap = (file: string): readonly string[] => [file, `${file}.map`];

function filesOf({ entries, scripts = [], isEsm = false }: Contents): string[] {
  const kinds = isEsm ? ['mjs'] : ['mjs', 'cjs'];
  const modules = entries.flatMap((entry) => kinds.map((kind) => `${entry}.${kind}`));
  const types = entries.flatMap((entry) => kinds.map((kind) => `${entry}.d.${kind.replace('js', 'ts')}`));
  const dist = [...[...modules, ...scripts].flatMap(withMap), ...types].map((file) => `dist/${file}`);
  return [...dist, 'LICENSE', 'README.md', 'package.json'].map((file) => `package/${file}`);
}

/** What entries share has a name that nobody imports by hand. */
export const isShared = (file: string): boolean =>
  /^package\/dist\/shared-[\w-]+\.(mjs|cjs|d\.mts|d\.cts)(\.map)?$/.test(file);

export async function filesIn(tarball: string): Promise<string[]> {
  return (await run('tar', ['-tzf', tarball])).trim().split('\n');
}

/** What holds for every package. */
export function testPublished(installed: Pick<Installed, 'tarball' | 'place'>, contents: Contents): void {
  test('the tarball holds the build, the licence and the readme, and nothing else', async () => {
    const files = await filesIn(installed.tarball);
    const own = files.filter((file) => file !== 'package/CHANGELOG.md' && !isShared(file));
    expect(own.sort()).toEqual(filesOf(contents).sort());
  });

  test('the published manifest says what it depends on, and names no workspace', async () => {
    const manifest = await readJson(join(installed.place, 'package.json'));
    expect(Object.keys(Object(manifest['dependencies'])).sort()).toEqual([...contents.dependencies].sort());
    expect(manifest['peerDependencies']).toEqual(contents.peers);
    const optional = (contents.optional ?? []).map((name) => [name, { optional: true }]);
    expect(manifest['peerDependenciesMeta'] ?? {}).toEqual(Object.fromEntries(optional));
    expect(JSON.stringify(manifest)).not.toContain('workspace:');
  });

  test('publint finds nothing to say', async () => {
    const content = await readFile(installed.tarball);
    const { messages } = await publint({ pack: { tarball: new Uint8Array(content).buffer }, strict: true });
    expect(messages).toEqual([]);
  });

  test('the types resolve wherever it can be loaded', async () => {
    const profile = contents.isEsm === true ? 'esm-only' : 'strict';
    await run(bin('attw'), [installed.tarball, '--profile', profile, '--format', 'ascii', '--no-definitely-typed']);
  });
}
