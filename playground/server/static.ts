import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { targetOf } from './http.ts';

/** Images are allowed for the icon only, which browsers ask for by themselves. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; require-trusted-types-for 'script'";

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The file that users put into a script tag. */
export const umdFile: string = at('packages/client/dist/pushstream.min.js');

const files = new Map([
  ['/', { path: at('playground/index.html'), type: 'text/html' }],
  ['/umd.html', { path: at('playground/umd/umd.html'), type: 'text/html' }],
  ['/umd.js', { path: at('playground/umd/umd.js'), type: 'text/javascript' }],
  ['/theme.css', { path: at('playground/theme.css'), type: 'text/css' }],
  ['/pushstream.min.js', { path: umdFile, type: 'text/javascript' }],
  ['/pushstream.min.js.map', { path: `${umdFile}.map`, type: 'application/json' }],
]);

/** Both pages, as a strict site would serve them; `false` where the request is for something else. */
export function handleStatic(request: IncomingMessage, response: ServerResponse): boolean {
  const file = files.get(targetOf(request).path);
  if (!file || request.method !== 'GET') return false;
  void send(file, response);
  return true;
}

async function send({ path, type }: { path: string; type: string }, response: ServerResponse): Promise<void> {
  try {
    const body = await readFile(path);
    response.writeHead(200, {
      'content-type': `${type}; charset=utf-8`,
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
}
