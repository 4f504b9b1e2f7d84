import type { Context, Hono } from 'hono';
import { corsHeaders, preflight } from '../cors.ts';
import type { Caller } from './access.ts';
import { readJson } from './body.ts';
import { createGate } from './gate.ts';
import { refuseForeignHosts } from './host-names.ts';
import { Problem, toProblem } from './problem.ts';
import type { ResolvedHttpOptions } from './resolve-options.ts';
import type { Route } from './route.ts';

/** What the Node listener hands on with a request. */
export interface NodeBindings {
  /** The request of `node:http`. */
  readonly incoming?: unknown;
}

/** An app, as a host mounts it. */
export type App = Hono<{ Bindings: NodeBindings }>;
type Asked = Context<{ Bindings: NodeBindings }>;

/** Told of every answer. */
export type Answered = (method: string, route: string, status: number) => void;

type Handle = (identified: (caller: Caller) => void) => Promise<Response>;

/** Puts the same around every answer, and turns failures into problem details. */
function createFrame({ environment, hosts, logger, origins }: ResolvedHttpOptions, answered: Answered) {
  function refusal(error: unknown, route: string): Response {
    const problem = toProblem(error);
    if (problem) return problem.toResponse();
    environment.reportError(error, `the answer to ${route}`);
    return new Problem(500, 'The server failed').toResponse();
  }

  return async ({ req, env }: Asked, route: string, handle: Handle): Promise<Response> => {
    const { method, headers } = req.raw;
    let response: Response;
    let key: string | undefined;
    try {
      refuseForeignHosts(req.raw, hosts, env?.incoming);
      response = await handle((caller) => (key = caller.name));
    } catch (error) {
      response = refusal(error, route);
    }
    response.headers.set('cache-control', 'no-store');
    response.headers.set('x-content-type-options', 'nosniff');
    const cors = corsHeaders(headers.get('origin'), origins);
    for (const [name, value] of Object.entries(cors)) response.headers.set(name, value);
    const { status } = response;
    answered(method, route, status);
    // Not the target: it may hold what is secret.
    logger.debug({ method, route, status, ...(key && { key }) }, 'request');
    return response;
  };
}

/** Adds routes to an app, with what refuses everything else. */
export function addRoutes(app: App, routes: readonly Route[], options: ResolvedHttpOptions, answered: Answered): void {
  const { maxBodyBytes, origins } = options;
  const frame = createFrame(options, answered);
  const gate = createGate(options);

  for (const path of new Set(routes.map((route) => route.path))) {
    const here = routes.filter((route) => route.path === path);
    const allow = here.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
    app.all(path, (asked) =>
      frame(asked, path, async (identified) => {
        const { raw } = asked.req;
        if (raw.method === 'OPTIONS') return preflight(raw.headers, origins, `${allow}, OPTIONS`);
        const method = raw.method === 'HEAD' ? 'GET' : raw.method;
        const route = here.find((candidate) => candidate.method === method);
        if (!route) throw new Problem(405, `Expected ${allow}, got another method`, { headers: { allow } });
        const caller = await gate(raw, asked.env?.incoming, route, identified);
        return route.handle({
          request: raw,
          caller,
          part: (name) => asked.req.param(name) ?? '',
          json: () => readJson(raw, maxBodyBytes),
        });
      }),
    );
  }
  app.notFound((asked) => frame(asked, 'elsewhere', () => Promise.reject(new Problem(404, 'There is nothing here'))));
  app.onError((error, asked) => frame(asked, 'elsewhere', () => Promise.reject(error)));
}
