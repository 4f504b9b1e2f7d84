/**
 * What the published client does in every runtime. No framework and no runtime's own API: a page, a
 * worker and a process run the same file.
 */

const PATIENCE_MS = 10_000;
const SECRET = 'secret';

const upTo = (length) => Array.from({ length }, (_, at) => at + 1);

/** Browsers do not show where a redirect leads. */
const isBrowser = () => 'document' in globalThis || 'WorkerGlobalScope' in globalThis;

function equal(actual, expected) {
  const [got, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (got !== wanted) throw new Error(`Expected ${wanted}, got ${got}`);
}

async function until(condition) {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Expected within ${PATIENCE_MS} ms: ${condition}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
}

async function ask(url) {
  const response = await fetch(url, { cache: 'no-store' });
  return response.json();
}

/** What a proof works with: clients of which everything is written down, and what the server saw of them. */
function createStage(library, baseUrl) {
  const clients = [];
  const url = (scenario) => `${baseUrl}/${scenario}`;

  function make(scenario, options) {
    const client = new library.EventClient(url(scenario), {
      reconnect: { baseDelayMs: 1, maxDelayMs: 1 },
      ...options,
    });
    clients.push(client);
    return client;
  }

  return {
    ...library,
    url,
    make,
    watch(scenario, options) {
      const watched = { data: [], events: [], errors: [], retries: [], statuses: [], closes: [], reported: [] };
      const client = make(scenario, {
        environment: { reportError: (error) => watched.reported.push(error), warn: () => {} },
        ...options,
      });
      client.on('*', (data, event) => {
        watched.data.push(data);
        watched.events.push(event);
      });
      client.lifecycle.on('error', ({ code }) => watched.errors.push(code));
      client.lifecycle.on('retry', ({ delayMs }) => watched.retries.push(delayMs));
      client.lifecycle.on('status', ({ status }) => watched.statuses.push(status));
      client.lifecycle.on('close', (error) => watched.closes.push(error?.code ?? null));
      client.connect();
      return { client, ...watched };
    },
    /** The scenario's requests so far, at whatever origin. */
    seen: (scenario) => ask(`${baseUrl}/seen/${scenario}`),
    /** Cuts the scenario's connections. */
    cut: (scenario) => ask(`${baseUrl}/cut/${scenario}`),
    end: () => clients.forEach((client) => client.disconnect()),
  };
}

const behaviours = {
  'named events reach the listeners of their name': async ({ watch }) => {
    const { client, data } = watch('named');
    const started = [];
    client.on('task.started', (value) => started.push(value));
    await until(() => data.length === 3);
    equal(started, [1, 3]);
  },

  'data is decoded as JSON; what is none is one DecodeError, and the stream lives': async ({ watch }) => {
    const { data, errors } = watch('json');
    await until(() => data.length === 2);
    equal(data, [{ list: [1, null, 'ü'] }, 'after']);
    equal(errors, ['decode']);
  },

  'a wildcard takes one segment, and * takes everything': async ({ watch }) => {
    const { client, events } = watch('named');
    const tasks = [];
    client.on('task.*', (_data, { type }) => tasks.push(type));
    await until(() => events.length === 3);
    equal(tasks, ['task.started', 'task.started']);
    equal(
      events.map(({ type }) => type),
      ['task.started', 'message', 'task.started'],
    );
  },

  'characters that are split over chunks arrive whole': async ({ watch }) => {
    const { data } = watch('bytes');
    await until(() => data.length === 1);
    equal(data, ['grün 世界 🚀']);
  },

  'after a cut the stream resumes with Last-Event-ID: nothing lost, nothing twice': async ({ watch, seen, cut }) => {
    const { data } = watch('cut');
    for (const received of [10, 20]) {
      await until(() => data.length === received);
      await cut('cut');
    }
    await until(() => data.length === 30);
    equal(data, upTo(30));
    equal(
      (await seen('cut')).map(({ lastEventId = '' }) => lastEventId),
      ['', '10', '20'],
    );
  },

  'a cursor that is not ASCII travels as its UTF-8 bytes': async ({ watch, seen }) => {
    const { data } = watch('foreign-cursor', { lastEventId: 'grün 世界 🚀' });
    await until(() => data.length === 1);
    equal((await seen('foreign-cursor'))[0].lastEventId, 'grün 世界 🚀');
  },

  'a 503 waits as long as Retry-After asks': async ({ watch, seen }) => {
    const { data, errors, retries } = watch('unavailable');
    await until(() => data.length === 1);
    equal(errors, ['http']);
    equal(retries.length === 1 && retries[0] >= 1_000, true);
    const [first, second] = await seen('unavailable');
    equal(second.at - first.at >= 990, true);
  },

  'a 204 closes without an error': async ({ watch, seen }) => {
    const { client, closes, errors } = watch('no-content');
    await until(() => closes.length === 1);
    equal([client.status, closes, errors], ['closed', [null], []]);
    equal((await seen('no-content')).length, 1);
  },

  'after a 401 the credentials are asked for again': async ({ watch, seen }) => {
    let asked = 0;
    const headers = () => ({ Authorization: `Bearer ${(asked += 1)}` });
    const { data, errors } = watch('unauthorized', { headers });
    await until(() => data.length === 1);
    equal(errors, []);
    equal(
      (await seen('unauthorized')).map(({ headers: sent }) => sent.authorization),
      ['Bearer 1', 'Bearer 2'],
    );
  },

  "a redirect to another origin takes no header of the caller's along": async ({ watch, seen }) => {
    const headers = { 'X-Api-Key': SECRET, Authorization: `Bearer ${SECRET}` };
    const { data, closes } = watch('redirect', { headers });
    await until(() => data.length + closes.length > 0);
    const [first, ...elsewhere] = await seen('redirect');
    equal(first.headers['x-api-key'], SECRET);
    equal([data, closes], isBrowser() ? [[], ['http']] : [['arrived'], []]);
    equal(elsewhere.length, isBrowser() ? 0 : 1);
    equal(JSON.stringify(elsewhere).includes(SECRET), false);
  },

  'without such headers a redirect to another origin is followed': async ({ watch }) => {
    const { data } = watch('redirect');
    await until(() => data.length === 1);
    equal(data, ['arrived']);
  },

  'a server that sends no headers is given up after the connect timeout': async ({ watch }) => {
    const { data, errors } = watch('mute', { connectTimeoutMs: 300 });
    await until(() => data.length === 1);
    equal(errors, ['connect-timeout']);
  },

  'a stream that falls silent is given up after the heartbeat timeout': async ({ watch, seen }) => {
    const { data, errors } = watch('silent', { heartbeatTimeoutMs: 300 });
    await until(() => data.length === 2);
    equal(data, [1, 2]);
    equal(errors, ['heartbeat-timeout']);
    await until(async () => (await seen('silent'))[0].isOver);
  },

  'disconnect() in a listener stops the very next event, and the server sees the end': async ({ watch, seen }) => {
    const { client, data } = watch('burst');
    client.on('message', (value) => {
      if (value === 3) client.disconnect();
    });
    await until(() => client.status === 'closed');
    await until(async () => (await seen('burst'))[0].isOver);
    equal(data, [1, 2, 3]);
    equal((await seen('burst')).length, 1);
  },

  'pause() lets go of the connection, and resume() goes on from the cursor': async ({ watch, seen }) => {
    const { client, data } = watch('burst');
    client.on('message', (value) => {
      if (value === 50) client.pause();
    });
    await until(async () => client.status === 'paused' && (await seen('burst')).at(-1).isOver);
    equal(data.length, 50);
    client.resume();
    await until(() => data.length === 100);
    equal(data, upTo(100));
    equal((await seen('burst')).at(-1).lastEventId, '50');
  },

  'an aborted signal closes the client': async ({ watch, seen }) => {
    const controller = new AbortController();
    const { client, closes } = watch('open', { signal: controller.signal });
    await until(() => client.status === 'open');
    controller.abort();
    equal([client.status, closes], ['closed', [null]]);
    await until(async () => (await seen('open')).at(-1).isOver);
  },

  'Symbol.dispose, where the host has it, ends the client': async ({ watch, seen }) => {
    if (!Symbol.dispose) return;
    const { client } = watch('open');
    await until(() => client.status === 'open');
    client[Symbol.dispose]();
    equal(client.status, 'closed');
    await until(async () => (await seen('open')).at(-1).isOver);
  },

  'a POST sends its body': async ({ watch, seen }) => {
    const headers = { 'Content-Type': 'application/json' };
    const { data } = watch('post', { method: 'POST', body: '{"ask":"grün"}', headers });
    await until(() => data.length === 1);
    equal(data, [{ ask: 'grün' }]);
    const [{ method, headers: sent }] = await seen('post');
    equal([method, sent['content-type'], sent.accept], ['POST', 'application/json', 'text/event-stream']);
  },

  '10,000 events arrive in order': async ({ watch }) => {
    const { data } = watch('many');
    await until(() => data.length === 10_000);
    equal(data, upTo(10_000));
  },

  'a listener that throws is reported, and the next event arrives': async ({ watch }) => {
    const { client, data, errors, reported } = watch('named');
    client.on('task.*', () => {
      throw new Error('mine');
    });
    await until(() => data.length === 3);
    equal([reported.map(({ message }) => message), errors], [['mine', 'mine'], []]);
    equal(client.status, 'open');
  },

  'the snapshot follows the connection': async ({ watch }) => {
    const { client } = watch('open');
    const shown = [];
    const unsubscribe = client.snapshot.subscribe(({ status }) => shown.push(status));
    await until(() => shown.at(-1) === 'open');
    client.disconnect();
    await until(() => shown.at(-1) === 'closed');
    unsubscribe();
    equal(client.snapshot.value.hasOpened, true);
  },

  'liveState folds every event into one value': async ({ watch, liveState }) => {
    const { client } = watch('burst');
    const sum = liveState(client, { events: 'message', initial: 0, reduce: (total, { data }) => total + data });
    const shown = [];
    const unsubscribe = sum.subscribe((total) => shown.push(total));
    await until(() => shown.at(-1) === 5_050);
    unsubscribe();
    equal(sum.getSnapshot(), 5_050);
  },

  'the first lease connects, and the last one disconnects': async ({ make, seen }) => {
    const client = make('open');
    const leases = [client.retain(), client.retain()];
    await until(() => client.status === 'open');
    leases[0]();
    equal(client.leases, 1);
    leases[1]();
    await until(async () => client.status === 'closed' && (await seen('open')).at(-1).isOver);
    equal((await seen('open')).length, 1);
  },

  'a for await loop takes every event, and its end leaves the connection alone': async ({ watch }) => {
    const { client } = watch('burst');
    const taken = [];
    for await (const { data } of client.events('message')) {
      taken.push(data);
      if (data === 100) break;
    }
    equal([taken, client.status], [upTo(100), 'open']);
  },

  'a cursor is kept where the host has a session storage, and elsewhere nothing breaks': async ({
    watch,
    make,
    sessionCursor,
    url,
  }) => {
    const cursorStore = sessionCursor(url('burst'));
    const { client, data } = watch('burst', { cursorStore });
    await until(() => data.length === 100);
    client.disconnect();
    const next = make('burst', { cursorStore });
    next.connect();
    equal(next.lastEventId, globalThis.sessionStorage ? '100' : '');
  },

  'a relative URL is taken where there is a page, and refused elsewhere': ({ EventClient, url }) => {
    const { pathname, href } = new URL(url('open'));
    let taken;
    try {
      taken = new EventClient(pathname).url;
    } catch (error) {
      taken = error.name;
    }
    equal(taken, isBrowser() ? href : 'TypeError');
  },
};

export const names = Object.keys(behaviours);

/** Proves every behaviour, one after the other. `baseUrl` is one run's own place at `server.ts`. */
export async function suite(library, baseUrl) {
  const results = [];
  for (const [at, [name, prove]] of Object.entries(behaviours).entries()) {
    const stage = createStage(library, `${baseUrl}/${at}`);
    try {
      await prove(stage);
      results.push({ name });
    } catch (error) {
      results.push({ name, error: String(error?.stack ?? error) });
    } finally {
      stage.end();
    }
  }
  return results;
}
