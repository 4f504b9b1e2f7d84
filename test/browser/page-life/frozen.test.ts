import { expect, test } from 'vitest';
import type { Tab } from '../../support/devtools.ts';
import { elapse } from '../../support/until.ts';
import { numberServer } from './number-server.ts';
import { describePageLife, expectCatchUp, hide, numbersOf, quick, read, untilNumber } from './pages.ts';

const FROZEN_MS = 3_000;
const TIMES = 2;
/** They share a browser, but no host: it has six connections for each. */
const pages = [1, 2, 3, 4, 5];

interface Thaw {
  readonly back: string;
  readonly returns: (tab: Tab) => Promise<void>;
  /** What the page is told last. */
  readonly told: string;
}

describePageLife('a frozen page', [], (open) => {
  async function freezeAndThaw({ returns, told }: Thaw): Promise<void> {
    await using server = await numberServer();
    const client = { name: 'client', by: 'client', options: { reconnect: quick } } as const;
    await using tab = await open(server.page(client, { name: 'native', by: 'EventSource' }));
    await untilNumber(tab, 'client', 5);

    for (let time = 1; time <= TIMES; time += 1) {
      const bare = `bare ${time}`;
      await read(tab, ({ start }, name) => start({ name, by: 'bare' }), bare);
      await untilNumber(tab, bare, server.head);
      await hide(tab);
      await tab.freeze();
      await elapse(FROZEN_MS);
      const before = await numbersOf(tab, bare);
      await expectCatchUp(tab, { name: 'client', server }, () => returns(tab));
      // The witnesses that a freeze does what is said of it: a loop around `fetch` never reads again, although its
      // connection lives, and an EventSource does.
      expect(await numbersOf(tab, bare)).toEqual(before);
      expect(server.live(bare)).toHaveLength(1);
      await untilNumber(tab, 'native', server.head);
      server.cut(bare);
      const moments = await read(tab, (life) => life.moments);
      expect(moments.filter((moment) => moment === 'freeze')).toHaveLength(time);
      expect(moments.at(-1)).toBe(told);
    }
    expect(server.connections('client')).toHaveLength(1 + TIMES);
    expect(await read(tab, ({ errors }) => errors)).toEqual(Array.from({ length: TIMES }, () => 'heartbeat-timeout'));
  }

  test.concurrent.each<Thaw>([
    {
      back: 'shown before its thaw',
      told: 'visible',
      async returns(tab) {
        await tab.show();
        await tab.thaw();
      },
    },
    {
      back: 'shown after it',
      told: 'visible',
      async returns(tab) {
        await tab.thaw();
        await tab.show();
      },
    },
    { back: 'hidden all along', told: 'resume', returns: (tab) => tab.thaw() },
  ])('a page that was frozen has all that it missed within five seconds: $back', async (thaw) => {
    await Promise.all(pages.map(() => freezeAndThaw(thaw)));
  });
});
