import { Hono } from 'hono';
import { createDemo } from '../demo.ts';
import { createPulseBoard } from '../pulse.ts';
import type { DrainOptions, PushStream } from '../push-stream.ts';
import { createHealth } from './health.ts';
import { createMetrics } from './metrics.ts';
import type { HttpApiOptions } from './options.ts';
import { createProbe } from './probe.ts';
import { type ResolvedHttpOptions, resolveHttpOptions } from './resolve-options.ts';
import type { Route } from './route.ts';
import { addRoutes, type App } from './router.ts';
import { demoRoutes } from './routes/demo.ts';
import { messageRoutes } from './routes/messages.ts';
import { publishRoutes } from './routes/publish.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { addStreams } from './streams.ts';

/** A hub's routes, for hosts that speak Fetch. */
export interface HttpApi {
  /** Answers every request, those for streams too; never rejects. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** The same as an app of Hono, to be mounted in another: `app.route('/push', api.app)`. */
  readonly app: App;
  /** Says that it is not ready, then drains the hub. */
  drain(options?: DrainOptions): Promise<void>;
}

/** The parts of the API, for the Node server, too. */
export interface Assembly extends HttpApi {
  readonly options: ResolvedHttpOptions;
  readonly push: PushStream;
}

/**
 * A hub's routes, for hosts that speak Fetch: everything of the command, to be mounted anywhere.
 *
 * @throws {TypeError | RangeError} For an option that cannot be, or where nobody is said to publish.
 */
export function createHttpApi<Events extends object>(push: PushStream<Events>, options: HttpApiOptions): HttpApi {
  const { app, drain, fetch } = assemble(push, options);
  return { app, drain, fetch };
}

/** What is not told is as the hub has it. */
function configure(push: PushStream, { origins, hosts }: HttpApiOptions): void {
  if (origins !== undefined) push.configure({ origins });
  if (hosts !== undefined) push.configure({ hosts });
}

/** The same as `createHttpApi`, with what the Node server needs besides. */
export function assemble<Events extends object>(hub: PushStream<Events>, given: HttpApiOptions): Assembly {
  const options = resolveHttpOptions(given);
  // What comes over HTTP has no type of ours: its schema proves it, at run time.
  const push = hub as unknown as PushStream;
  const { environment } = options;
  configure(push, given);

  const isLogThere = createProbe(push, environment);
  const health = createHealth(isLogThere);
  const metrics = options.metrics ? createMetrics(() => push.stats(), isLogThere) : undefined;
  const demo = options.demo === true ? createDemo(push, environment) : options.demo;
  const routes: Route[] = [
    ...publishRoutes(push),
    ...messageRoutes(push, environment),
    ...sessionRoutes(push, createPulseBoard(push.shared, environment, options.pulses)),
    ...(demo ? demoRoutes(demo) : []),
    ...health.routes,
    ...(metrics?.routes ?? []),
  ];

  const app: App = new Hono();
  addStreams(app, push, options);
  addRoutes(app, routes, options, (method, route, status) => metrics?.answered(method, route, status));
  return {
    options,
    push,
    app,
    fetch: (request) => Promise.resolve(app.fetch(request)),
    async drain(drainOptions) {
      health.drain();
      await push.drain(drainOptions);
    },
  };
}
