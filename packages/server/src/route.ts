import { check, complete, type Manual, misuse } from 'pushstream-protocol';

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
 * A route that is vouched for: one that was meant to be narrow must not become all there is. Whether
 * its channels are names is found at each request: they may come from its path.
 *
 * @throws {TypeError} For a part that there is not, or a list that is none or empty.
 */
export function checkRoute(given: RouteOptions): RouteOptions {
  complete<RouteOptions>('options', given, manual);
  if (!('channels' in given)) return given;
  const { channels } = given;
  if (!Array.isArray(channels)) throw misuse('options.channels', 'a list of patterns', typeof channels);
  if (channels.length === 0) throw misuse('options.channels', 'at least one', 'none');
  channels.forEach((channel, at) => check(`options.channels[${at}]`, channel, 'string'));
  return { channels: [...channels] };
}
