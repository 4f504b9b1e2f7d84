import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Product } from './world.ts';

const server = fileURLToPath(new URL('../../../packages/server', import.meta.url));

/** A change to the text of one file: of the first place, or with a global expression of all. */
export interface Patch {
  /** Within the sources, without its ending. */
  readonly file: string;
  readonly from: string | RegExp;
  readonly to: string;
}

/** The server with something changed in its text, as a copy: no two copies share anything. */
export interface Variant extends Product, Disposable {}

/** @throws {Error} For a patch that does not fit the text any more. */
export async function createVariant(scale: Product['scale'], patches: readonly Patch[]): Promise<Variant> {
  const folder = mkdtempSync(join(tmpdir(), 'pushstream-variant-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    cpSync(join(server, 'src'), join(folder, 'src'), { recursive: true });
    symlinkSync(join(server, 'node_modules'), join(folder, 'node_modules'));
    for (const { file, from, to } of patches) {
      const path = join(folder, 'src', `${file}.ts`);
      const text = readFileSync(path, 'utf8');
      const changed = text.replace(from, () => to);
      if (changed === text) throw new Error(`${file}: expected ${String(from)}, got none`);
      writeFileSync(path, changed);
    }
    const load = (file: string): Promise<unknown> => import(pathToFileURL(join(folder, 'src', `${file}.ts`)).href);
    const [create, memory] = await Promise.all([load('create'), load('log/memory')]);
    // The copy has the same names as the original.
    const parts = { ...Object(create), ...Object(memory) } as Pick<Product, 'createPushStream' | 'memoryLog'>;
    return { ...parts, scale, [Symbol.dispose]: remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Bounds so small that pages, portions, rings and bodies end all the time. */
export const smallRooms: readonly Patch[] = [
  { file: 'pages', from: /RING: PageLimit = .*;/, to: 'RING: PageLimit = { count: 16, bytes: 2_000 };' },
  { file: 'pages', from: /PAGE: PageLimit = .*;/, to: 'PAGE: PageLimit = { count: 4, bytes: 500 };' },
  { file: 'fan-out', from: /PER_TURN = .*;/, to: 'PER_TURN = 1;' },
  { file: 'hosts/fetch', from: /HIGH_WATER_MARK = .*;/, to: 'HIGH_WATER_MARK = 1_000;' },
];
