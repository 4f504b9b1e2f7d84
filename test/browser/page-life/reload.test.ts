import { expect, test } from 'vitest';
import type { Tab } from '../../support/devtools.ts';
import { type NumberServer, numberServer } from './number-server.ts';
import { describePageLife, eventually, expectGapless, read, until } from './pages.ts';

/** All that a tab got, in this page and those before it. */
async function allNumbersOf(tab: Tab): Promise<number[]> {
  const kept = await read(tab, () => sessionStorage.getItem('numbers') ?? '');
  return kept.trim().split(' ').map(Number);
}

/** Loads the page anew; it is there when it has got some numbers of its own. */
async function reload(
  tab: Tab,
  { name, server }: { name: string; server: NumberServer },
  numbers: number,
): Promise<void> {
  const before = server.connections(name).length;
  await tab.evaluate('location.reload()');
  await eventually(() => server.connections(name).length > before);
  await until(tab, (life, wanted) => (life.numbers[wanted.name]?.length ?? 0) >= wanted.numbers, { name, numbers });
}

describePageLife('a reload', [], (open) => {
  test.concurrent('with sessionCursor, a page that is loaded again and again goes on at the next event', async () => {
    await using server = await numberServer();
    await using tab = await open(
      server.page({ name: 'client', by: 'client', cursor: { in: 'session', key: 'tasks' } }),
    );
    await until(tab, ({ numbers }) => (numbers['client']?.length ?? 0) >= 10);
    // At any moment: also when a page has hardly begun.
    for (const numbers of [10, 1, 25, 1, 1, 5]) await reload(tab, { name: 'client', server }, numbers);

    expectGapless(await allNumbersOf(tab));
    expect(server.connections('client').map(({ lastEventId }) => lastEventId !== undefined)).toEqual([
      false,
      ...Array.from({ length: 6 }, () => true),
    ]);
    expect(server.live('client')).toHaveLength(1);
    // Another tab has another session: it begins at what comes next.
    await using other = await open(
      server.page({ name: 'other', by: 'client', cursor: { in: 'session', key: 'tasks' } }),
    );
    await until(other, ({ numbers }) => (numbers['other']?.length ?? 0) >= 5);
    expect(server.connections('other')[0]?.lastEventId).toBeUndefined();
  });

  test.concurrent('with localCursor, of two tabs the one that is behind skips nothing, and a new one begins where any was last', async () => {
    await using server = await numberServer();
    const cursor = { in: 'local', key: 'tasks' } as const;
    await using ahead = await open(server.page({ name: 'ahead', by: 'client', cursor }));
    await until(ahead, ({ numbers }) => (numbers['ahead']?.length ?? 0) >= 30);
    const stored = await read(ahead, () => Number(localStorage.getItem('tasks')));

    await using behind = await open(server.page({ name: 'behind', by: 'client', cursor, query: { behind: 40 } }));
    await eventually(() => server.connections('behind').length === 1);
    expect(Number(server.connections('behind')[0]?.lastEventId)).toBeGreaterThanOrEqual(stored);
    await until(behind, ({ numbers }) => (numbers['behind']?.length ?? 0) >= 10);
    for (const numbers of [10, 1, 5]) {
      // What is stored for all is the other tab's, and further on.
      await until(behind, (life) => Number(localStorage.getItem('tasks')) > (life.numbers['behind']?.at(-1)?.[0] ?? 0));
      await reload(behind, { name: 'behind', server }, numbers);
      await reload(ahead, { name: 'ahead', server }, numbers);
    }
    expectGapless(await allNumbersOf(ahead));
    expectGapless(await allNumbersOf(behind));
  });
});
