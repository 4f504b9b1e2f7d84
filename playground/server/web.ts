import type { RequestListener } from 'node:http';
import { getRequestListener, RequestError } from '@hono/node-server';
import { Hono } from 'hono';
import { quote, Refusal } from './problem.ts';

/** Routes, and how a server of Node hands its requests to them. */
export interface Web {
  readonly app: Hono;
  readonly listener: RequestListener;
  /** From now on requests are answered; until then they wait. */
  open(): void;
}

/** `failed`: takes what must not happen. */
export function createWeb(failed: (error: unknown) => void): Web {
  /** A refusal is told; what must not happen is told as that, and nothing more of it. */
  function refuse(error: unknown): Response {
    if (error instanceof Refusal) return error.toResponse();
    if (error instanceof RequestError) return new Refusal(400, 'Expected a target that is a URL').toResponse();
    failed(error);
    return new Refusal(500, 'The playground failed').toResponse();
  }

  const app = new Hono();
  app.onError(refuse);
  app.notFound(({ req }) => new Refusal(404, `There is nothing at ${quote(req.path)}`).toResponse());
  const answer = getRequestListener(app.fetch, { overrideGlobalObjects: false, errorHandler: refuse });
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  return {
    app,
    listener: (request, response) => void opened.then(() => answer(request, response)),
    open,
  };
}
