/** What a browser's page may send without being listed. */
const HEADERS = 'authorization, cache-control, content-type, last-event-id, x-api-key';

/** What a page may read of an answer, besides what it always may. */
const EXPOSED = { 'access-control-expose-headers': 'retry-after' };

/** What a page of another origin is told; nothing where it is none of its business. */
export function corsHeaders(origin: string | null, origins: readonly string[] | '*'): Record<string, string> {
  if (origins === '*') return { 'access-control-allow-origin': '*', ...EXPOSED };
  if (origins.length === 0) return {};
  if (origin === null || !origins.includes(origin)) return { vary: 'Origin' };
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    ...EXPOSED,
    vary: 'Origin',
  };
}

/** The answer to a browser that asks before it asks. */
export function preflight(headers: Headers, origins: readonly string[] | '*', methods: string): Response {
  const allowed = corsHeaders(headers.get('origin'), origins);
  const asked = headers.get('access-control-request-headers');
  return new Response(null, {
    status: 204,
    headers: {
      allow: methods,
      ...allowed,
      ...(allowed['access-control-allow-origin'] === undefined
        ? {}
        : {
            'access-control-allow-methods': methods,
            // Of an origin that is trusted by name, any header.
            'access-control-allow-headers': allowed['vary'] && asked ? asked : HEADERS,
            'access-control-max-age': '600',
          }),
    },
  });
}
