// @vitest-environment node
import { createTestClock, createTestServer } from 'pushstream-client/testing';
import { pushStreamPlugin, useEvent, useEventStream, useRetryCountdown, useStreamStatus } from 'pushstream-vue';
import { expect, test } from 'vitest';
import { createSSRApp, defineComponent, effectScope, h, ref } from 'vue';
import { renderToString } from 'vue/server-renderer';

const url = 'https://server.test/events';

function world() {
  const clock = createTestClock();
  const server = createTestServer();
  const options = { fetch: server.fetch, environment: clock.environment };
  const used = () => ({ connections: server.connections.length, timers: clock.pending, page: clock.listeners });
  return { options, used };
}
const nothing = { connections: 0, timers: 0, page: 0 };

test('a server renders the first result, or the seed, and subscribes to nothing', async () => {
  const { options, used } = world();
  const source = ref<string | null>(url);
  let subscribers = 0;
  const watched = () => {
    subscribers += 1;
    return source.value;
  };
  const root = defineComponent({
    setup() {
      const { status, data } = useEventStream<{ n: number }>(watched, { ...options, seed: { data: 40 as never } });
      const { error } = useStreamStatus(watched, options);
      const seconds = useRetryCountdown(watched, options);
      useEvent(watched, 'n', () => {}, options);
      return () => h('p', `${status.value} ${String(data.value)} ${String(error.value)} ${seconds.value}`);
    },
  });
  for (let request = 0; request < 3; request += 1) {
    const app = createSSRApp(root).use(pushStreamPlugin, options);
    expect(await renderToString(app)).toBe('<p>idle 40 null null</p>');
  }
  const before = subscribers;
  // Scopes are not disposed on a server: whoever listened to it then would do so for ever.
  source.value = null;
  await Promise.resolve();
  expect(subscribers).toBe(before);
  expect(used()).toEqual(nothing);
});

test('nor does a store on a server', () => {
  const { options, used } = world();
  const scope = effectScope();
  const stream = scope.run(() => useEventStream(url, options));
  stream?.connect();
  stream?.reconnect();
  expect(stream?.status.value).toBe('idle');
  expect(used()).toEqual(nothing);
  scope.stop();
});
