import type { IncomingMessage, ServerResponse } from 'node:http';

/** Path and query as they came: a target need not be a URL, and must not end the server. */
export function targetOf({ url = '/' }: IncomingMessage): { path: string; query: URLSearchParams } {
  const [path = '/', query] = url.split('?', 2);
  return { path, query: new URLSearchParams(query) };
}

/** Where the reader wants to go on: the standard's header, or the query. */
export function cursorOf(query: URLSearchParams, request: IncomingMessage): string {
  const header = request.headers['last-event-id'];
  // Header values arrive as bytes, one per character; ids are UTF-8.
  return typeof header === 'string' ? Buffer.from(header, 'latin1').toString() : (query.get('lastEventId') ?? '');
}

/** A number of the query, kept within bounds. */
export function numberIn(query: URLSearchParams, name: string, fallback: number, least: number, most: number): number {
  const value = Number(query.get(name) ?? Number.NaN);
  return Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : fallback;
}

export function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(value));
}
