import { expect, test } from 'vitest';
import { createMemoryShared } from '../../../packages/server/src/log/memory-shared.ts';
import { createOwnPage } from '../../../packages/server/src/own-page.ts';
import { createTestEnvironment } from '../support.ts';

/** A page on a board whose writes come through one at a time, when they are let. */
function held() {
  const environment = createTestEnvironment();
  const memory = createMemoryShared(environment);
  let release: () => void = () => {};
  const shared = {
    ...memory,
    async write(...words: Parameters<typeof memory.write>) {
      await new Promise<void>((resolve) => (release = resolve));
      return memory.write(...words);
    },
  };
  const page = createOwnPage<string>({
    shared,
    environment,
    board: 'board',
    name: 'page',
    encode: String,
    ttlMs: () => 60_000,
  });
  return { memory, page, release: () => release() };
}

test.each([0, 1, 2, 3, 4, 5, 6])(
  'what two flush in one moment is on the board when they go on, in or behind another flush, or at its very end (%i)',
  async (ticks) => {
    const { memory, page, release } = held();
    const seen = async (name: string): Promise<boolean> => (await memory.read('board', [name])).size === 1;
    const tell = async (name: string): Promise<boolean> => {
      page.set(name, name);
      await page.flush();
      return seen(name);
    };
    const first = tell('first');
    if (ticks > 0) release();
    for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve();
    const both = Promise.all([tell('one'), tell('two')]);
    const releasing = setInterval(() => release(), 1);
    expect([await first, ...(await both)]).toEqual([true, true, true]);
    clearInterval(releasing);
    page.end();
  },
);

test('what was not written when the page ended is not taken for written', async () => {
  const { memory, page, release } = held();
  page.set('first', 'first');
  const first = page.flush();
  page.set('second', 'second');
  const second = page.flush();
  page.end();
  release();
  await expect(Promise.allSettled([first, second])).resolves.toMatchObject([
    { status: 'rejected' },
    { status: 'rejected' },
  ]);
  expect((await memory.read('board')).get('page')).toEqual(new Map([['first', 'first']]));
});
