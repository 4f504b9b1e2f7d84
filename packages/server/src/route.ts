import { complete, type Manual, misuse } from 'pushstream-protocol';
import { checkPatterns } from './pattern.ts';

/** What one route fixes about its streams. */
export interface RouteOptions {
  /**
   * Channels or patterns, at least one, instead of those that the query asks for. The grant still decides.
   *
   * @default none
   */
  readonly channels?: readonly string[];
}

const manual: Manual<RouteOptions> = { channels: ['object', undefined] };

/**
 * A route that is vouched for: one that was meant to be narrow must not become all there is.
 *
 * @throws {TypeError} For a part that there is not, or channels that are none.
 */
export function checkRoute(given: RouteOptions): RouteOptions {
  complete<RouteOptions>('options', given, manual);
  if (!('channels' in given)) return given;
  checkPatterns('options.channels', given.channels);
  if (given.channels?.length === 0) throw misuse('options.channels', 'at least one', 'none');
  return { channels: [...(given.channels ?? [])] };
}
