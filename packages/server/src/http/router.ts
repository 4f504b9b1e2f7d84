import type { Context, Hono } from 'hono';
import { corsHeaders, preflight } from '../cors.ts';
import { requireOperator } from './access.ts';
import type { Caller, Identify } from './access.ts';
import { readJson } from './body.ts';
import { refuseForeignHosts } from './host-names.ts';
import { refuseForeignPages } from './origins.ts';
import { Problem, retryAfter, toProblem } from './problem.ts';
import type { RateLimit } from './rate-limit.ts';
import type { ResolvedHttpOptions } from './resolve-options.ts';
import type { Route } from './route.ts';

/** What the Node listener hands on with a request. */
export interface NodeBindings {
  readonly incoming?: { readonly socket: { readonly localAddress?: string | undefined } };
}

/** An app, as a host mounts it. */
export type App = Hono<{ Bindings: NodeBindings }>;
type Asked = Context<{ Bindings: NodeBindings }>;

/** What it needs besides the routes. */
export interface RouterParts {
  readonly options: ResolvedHttpOptions;
  readonly identify: Identify;
  /** `undefined`: no limit. */
  readonly limit: RateLimit | undefined;
  answered(method: string, route: string, status: number): void;
}

const ELSEWHERE: Caller = { name: 'anyone', mayPublish: () => false };

/** Puts routes behind everything that each request has to pass, and turns failures into problem details. */
export function createRouter(app: App, routes: readonly Route[], parts: RouterParts): void {
  const { options, identify, limit, answered } = parts;
  const { environment, hosts, logger, maxBodyBytes, origins } = options;

  async function pass({ req, env }: Asked, { access, method }: Route): Promise<Caller> {
    const isSafe = method === 'GET';
    if (!isSafe) refuseForeignPages(req.raw, origins);
    const caller = access === 'anyone' ? ELSEWHERE : await identify(req.raw, env?.incoming);
    if (access === 'operator') requireOperator(caller);
    const waitMs = isSafe ? 0 : (limit?.take(caller.name) ?? 0);
    if (waitMs > 0) {
      throw new Problem(429, 'Expected fewer requests with this key', { headers: retryAfter(waitMs) });
    }
    return caller;
  }

  function refusal(error: unknown, route: string): Response {
    const problem = toProblem(error);
    if (problem) return problem.toResponse();
    environment.reportError(error, `the answer to ${route}`);
    return new Problem(500, 'The server failed').toResponse();
  }

  /** What every answer has, refusals included. */
  function finish(request: Request, route: string, response: Response): Response {
    const { method } = request;
    const { status } = response;
    response.headers.set('cache-control', 'no-store');
    response.headers.set('x-content-type-options', 'nosniff');
    const cors = corsHeaders(request.headers.get('origin'), origins);
    for (const [name, value] of Object.entries(cors)) response.headers.set(name, value);
    answered(method, route, status);
    logger.debug({ method, route, status }, 'request');
    return response;
  }

  async function run(asked: Asked, path: string, handle: () => Response | Promise<Response>): Promise<Response> {
    const { req, env } = asked;
    let response: Response;
    try {
      refuseForeignHosts(req.header('host') ?? new URL(req.url).host, hosts, env?.incoming?.socket.localAddress);
      response = await handle();
    } catch (error) {
      response = refusal(error, path);
    }
    return finish(req.raw, path, response);
  }

  for (const path of new Set(routes.map((route) => route.path))) {
    const here = routes.filter((route) => route.path === path);
    const allow = here.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
    app.all(path, (asked) =>
      run(asked, path, async () => {
        const { raw } = asked.req;
        if (raw.method === 'OPTIONS') return preflight(raw.headers, origins, `${allow}, OPTIONS`);
        const method = raw.method === 'HEAD' ? 'GET' : raw.method;
        const route = here.find((candidate) => candidate.method === method);
        if (!route) throw new Problem(405, `Expected ${allow}, got another method`, { headers: { allow } });
        const caller = await pass(asked, route);
        return route.handle({
          request: raw,
          caller,
          part: (name) => asked.req.param(name) ?? '',
          json: () => readJson(raw, maxBodyBytes),
        });
      }),
    );
  }
  app.notFound((asked) =>
    run(asked, 'elsewhere', () => {
      throw new Problem(404, 'There is nothing at this address');
    }),
  );
  app.onError((error, asked) => finish(asked.req.raw, 'elsewhere', refusal(error, 'a request')));
}
