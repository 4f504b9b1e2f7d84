import { expect, test } from 'vitest';
import { faultProxy } from '../../support/fault-proxy.ts';
import { elapse } from '../../support/until.ts';
import { numberServer } from './number-server.ts';
import { describePageLife, eventually, expectCatchUp, numbersOf, quick, read, untilNumber } from './pages.ts';

const AWAY_MS = 1_500;
const reader = { name: 'client', by: 'client', options: { reconnect: quick } } as const;

describePageLife('the back button', [], (open) => {
  test.concurrent.each([
    { fate: 'kept', connections: 1 },
    { fate: 'cut', connections: 2 },
    { fate: 'dead without a word', connections: 2 },
  ])('a page that comes back has all that it missed; its connection was $fate', async ({ fate, connections }) => {
    await using server = await numberServer();
    await using proxy = await faultProxy(server.http.origin);
    const url = server.page(reader, { name: 'bare', by: 'bare' });
    await using tab = await open(url.replace(server.http.origin, new URL(proxy.url).origin));
    for (const name of ['client', 'bare']) await untilNumber(tab, name, 20);
    await tab.goto(server.elsewhere);
    await eventually(async () => (await tab.evaluate('document.title')) === 'Elsewhere');
    expect(await tab.evaluate('typeof life'), 'the page is away').toBe('undefined');
    if (fate === 'cut') server.cut('client');
    if (fate === 'dead without a word') for (const link of proxy.links) link.hold();
    await elapse(AWAY_MS);

    await expectCatchUp(tab, { name: 'client', server }, async () => {
      await tab.evaluate('history.back()');
      await eventually(async () => (await tab.evaluate('typeof life')) === 'object');
    });
    expect(await read(tab, ({ moments }) => moments)).toEqual(expect.arrayContaining(['loaded', 'kept', 'restored']));
    // What still lives is not made anew.
    expect(server.connections('client')).toHaveLength(connections);
    // The witness that a dead connection says nothing.
    if (fate === 'dead without a word') expect((await numbersOf(tab, 'bare')).at(-1)).toBeLessThan(server.head - 30);
  });

  test.concurrent('a page that is left for good ends its connection', async () => {
    await using server = await numberServer();
    {
      await using tab = await open(server.page(reader));
      await untilNumber(tab, 'client', 10);
    }
    await eventually(() => server.live('client').length === 0);
  });
});
