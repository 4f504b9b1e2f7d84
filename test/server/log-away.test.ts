import { describe, expect, onTestFinished, test } from 'vitest';
import { LogUnavailableError } from '../../packages/server/src/errors.ts';
import { createPushStream, memoryLog } from '../../packages/server/src/index.ts';
import type { LogHead } from '../../packages/server/src/log/log.ts';
import { read } from '../docs/support/markdown.ts';
import { createTestEnvironment } from './support.ts';

/** More than are kept in memory. */
const EVENTS = 1_100;

const away = (): Promise<never> => Promise.reject(new LogUnavailableError('away'));

function createHub(isAwayAtFirst: boolean) {
  const environment = createTestEnvironment();
  const log = memoryLog({}, environment);
  let head: () => Promise<LogHead> = isAwayAtFirst ? away : log.head;
  const push = createPushStream({ environment, log: { ...log, head: () => head() } });
  onTestFinished(async () => {
    const closing = push.close();
    await environment.advance(10_000);
    await closing;
  });
  return {
    environment,
    push,
    lose: () => void (head = away),
    /** The status of the answer, which comes within five seconds. */
    async ask(cursor: string | undefined): Promise<number> {
      const headers: HeadersInit = cursor === undefined ? {} : { 'last-event-id': cursor };
      const asked = push.fetch(new Request('http://hub.test/events', { headers }));
      await environment.advance(5_000);
      const { status, body } = await asked;
      await body?.cancel();
      return status;
    },
  };
}

describe('while the log does not answer', () => {
  test('a stream is given without a cursor, and behind what is in memory; else it is a 503', async () => {
    const { ask, environment, lose, push } = createHub(false);
    const ids: string[] = [];
    for (let n = 0; n < EVENTS; n += 1) ids.push((await push.publish('a', n)).id ?? '');
    await environment.settle();
    lose();
    expect(await ask(undefined)).toBe(200);
    expect(await ask(ids.at(-1))).toBe(200);
    expect(await ask(ids.at(-1_024))).toBe(200);
    expect(await ask(ids[0])).toBe(503);
    expect(await ask('another.7')).toBe(503);
    expect(push.stats().refused).toEqual({ 503: 2 });
  });

  test('a process that has never reached it gives none', async () => {
    const { ask } = createHub(true);
    expect(await ask(undefined)).toBe(503);
  });

  test('docs/server.md says how much is in memory', () => {
    const [, count, megabytes] =
      /RING: PageLimit = \{ count: ([\d_]+), bytes: (\d+) \* 1_048_576 \}/.exec(read('packages/server/src/pages.ts')) ??
      [];
    const page = read('docs/server.md').replaceAll(/\s+/g, ' ');
    expect(page).toContain(
      `at most ${Number(count?.replaceAll('_', '')).toLocaleString('en')} events and ${megabytes} MB`,
    );
  });
});
