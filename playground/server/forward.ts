import { Hono } from 'hono';
import type { Backend } from './backend.ts';
import { requireOwnSite } from './own-site.ts';
import { Refusal } from './problem.ts';

const PREFIX = '/hub';

/** Of an answer: what says how it came, not what it is. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding', 'content-encoding', 'content-length'];

/** The HTTP API of a hub, with the key that only the server knows: `/hub/*`. */
export function createForward(backend: Backend): Hono {
  const app = new Hono();
  app.all(`${PREFIX}/*`, async ({ req }) => {
    requireOwnSite(req.raw);
    const { address } = backend;
    if (!address) throw new Refusal(503, 'Expected a server that is up, got none');
    const { pathname, search } = new URL(req.url);
    const url = `http://${address.host}:${address.port}${pathname.slice(PREFIX.length)}${search}`;
    const headers: Record<string, string> = { authorization: `Bearer ${backend.key}` };
    const type = req.header('content-type');
    if (type !== undefined) headers['content-type'] = type;
    const isSafe = req.method === 'GET' || req.method === 'HEAD';
    const body = isSafe ? null : await req.arrayBuffer();
    try {
      const answer = await fetch(url, { method: req.method, headers, body, signal: req.raw.signal });
      const response = new Response(answer.body, answer);
      for (const name of HOP_BY_HOP) response.headers.delete(name);
      return response;
    } catch {
      throw new Refusal(503, 'Expected a server that answers, got none');
    }
  });
  return app;
}
