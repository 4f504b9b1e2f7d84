import { expect, test } from 'vitest';
import { createLogReturn } from '../../../packages/server/src/cli/log-return.ts';
import { ClosedError } from '../../../packages/server/src/errors.ts';
import { createTestEnvironment } from '../support.ts';

const AWAY = 'the log in Redis';

function watch() {
  const environment = createTestEnvironment();
  let problem: Error | undefined = new Error('away');
  let returns = 0;
  const ask = (): Promise<unknown> => (problem ? Promise.reject(problem) : Promise.resolve());
  const reported = createLogReturn(ask, () => (returns += 1), environment);
  return { environment, reported, become: (next: Error | undefined) => (problem = next), returns: () => returns };
}

test('a log that was reported away is told of when it answers again, once each time', async () => {
  const { become, environment, reported, returns } = watch();
  for (let round = 1; round <= 2; round += 1) {
    become(new Error('away'));
    reported(AWAY);
    reported(AWAY);
    await environment.advance(60_000);
    expect(returns()).toBe(round - 1);
    become(undefined);
    await environment.advance(60_000);
    expect([returns(), environment.pending]).toEqual([round, 0]);
  }
});

test('other reports say nothing about the log', async () => {
  const { become, environment, reported, returns } = watch();
  become(undefined);
  for (const where of ['authorize', 'a stream', 'an event of the log in Redis']) reported(where);
  await environment.advance(60_000);
  expect([returns(), environment.pending]).toEqual([0, 0]);
});

test('a log that was closed is not waited for', async () => {
  const { become, environment, reported, returns } = watch();
  become(new ClosedError());
  reported(AWAY);
  await environment.advance(60_000);
  expect([returns(), environment.pending]).toEqual([0, 0]);
});
