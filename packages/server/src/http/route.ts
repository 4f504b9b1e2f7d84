import type { Caller } from './access.ts';

/** One request, as far as the routes need it. */
export interface Call {
  readonly request: Request;
  /** Who asks. */
  readonly caller: Caller;
  /** A named part of the path, decoded. */
  part(name: string): string;
  /** The body as data. @throws {Problem} For one that is too large, or is not JSON. */
  json(): Promise<unknown>;
}

/**
 * Who may call.
 *
 * - `anyone`: without a key.
 * - `publisher`: with any good key; where to, the route decides.
 * - `operator`: with a key that may publish on every channel.
 */
type Access = 'anyone' | 'publisher' | 'operator';

/** Something that is not a stream. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly access: Access;
  handle(call: Call): Response | Promise<Response>;
}

/** JSON, with a line end for those who read it in a terminal. */
export const answer = (status: number, body: unknown): Response =>
  new Response(`${JSON.stringify(body)}\n`, { status, headers: { 'content-type': 'application/json' } });

export const nothing = (): Response => new Response(null, { status: 204 });
