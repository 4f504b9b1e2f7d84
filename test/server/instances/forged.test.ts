import { expect, test } from 'vitest';
import { open } from '../streams.ts';
import { createTestEnvironment } from '../support.ts';
import { createFleet } from './fleet.ts';

test.each([
  ['pushstream.reset', 'default'],
  ['pushstream.closing', 'default'],
  ['tick', 'pushstream.order'],
])('no event of the stream’s own comes from what instances tell each other: %s on %s', async (type, channel) => {
  const environment = createTestEnvironment();
  await using fleet = createFleet(environment);
  const { push } = fleet.start();
  const stream = await open(push.fetch);
  const [epoch] = (await push.cursor()).split('.');
  await fleet.shared.tell(
    'ephemerals',
    `elsewhere\n${JSON.stringify([epoch, 0, { type, channel, data: '{}', time: 1 }])}`,
  );
  await environment.settle();
  expect(await stream.types()).toEqual(['pushstream.ready']);
  expect(environment.reports.map(([where]) => where)).toEqual(['an ephemeral event of another instance']);
});
