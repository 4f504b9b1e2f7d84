/** What one route fixes about its streams. */
export interface RouteOptions {
  /** Channels or patterns, instead of those that the query asks for. The grant still decides. */
  readonly channels?: readonly string[] | undefined;
}
