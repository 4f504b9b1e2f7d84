/** An answer that is no stream: problem details, which nobody stores. */
export function refuse(status: number, title: string, detail: string, headers: Record<string, string> = {}): Response {
  return new Response(`${JSON.stringify({ type: 'about:blank', title, status, detail })}\n`, {
    status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
  });
}

/** Not all at the same time. */
export const retryAfter = (random: () => number, seconds = 1): Record<string, string> => ({
  'retry-after': String(seconds + Math.floor(random() * 3)),
});
