import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { Hono } from 'hono';

const TYPES = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
  ['.map', 'application/json'],
  ['.woff2', 'font/woff2'],
]);

/** As a strict site would have it. Images are for the icon, which browsers ask for by themselves. */
const policy = (eventsOrigin: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `connect-src 'self' ${eventsOrigin}`,
    "img-src 'self'",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');

/** The files of a folder. `eventsOrigin`: where the pages' streams are. */
export function createStatic(folder: string, eventsOrigin: string): Hono {
  const headers = {
    'content-security-policy': policy(eventsOrigin),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  };
  const app = new Hono();
  app.get('*', async ({ req, body, notFound }) => {
    // The URL has no `..` left, and what is encoded stays so.
    const path = normalize(req.path === '/' ? '/index.html' : req.path);
    const type = TYPES.get(extname(path));
    if (type === undefined) return notFound();
    try {
      const file = await readFile(join(folder, path));
      // Names under `assets` have a hash of what is in them.
      const cache = path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-store';
      return body(new Uint8Array(file), 200, { ...headers, 'content-type': type, 'cache-control': cache });
    } catch {
      return notFound();
    }
  });
  return app;
}
