/**
 * Whether a `Content-Type` header's value has the essence `text/event-stream`: parameters and
 * letter case do not matter.
 *
 * @see https://mimesniff.spec.whatwg.org/#mime-type-essence
 */
export function isEventStream(contentType: string | null): boolean {
  return /^[\t\n\r ]*text\/event-stream[\t\n\r ]*(;|$)/i.test(contentType ?? '');
}
