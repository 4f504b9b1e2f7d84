import type { Demo } from '../demo.ts';
import type { Environment } from '../environment.ts';
import type { PulseBoardOptions } from '../pulse.ts';
import type { KeyRing } from './access.ts';
import type { RateLimitOptions } from './rate-limit.ts';

/** Takes what happens, as `pino` does: parts, and a text. Payloads and secrets are never among them. */
export interface Logger {
  /** What is of interest while something is built. */
  debug(parts: object, text: string): void;
  /** What happens now and then. */
  info(parts: object, text: string): void;
  /** What should be looked at. */
  warn(parts: object, text: string): void;
  /** What failed. */
  error(parts: object, text: string): void;
}

/** Either `keys` or `open: true` has to be there; everything else has a default. */
export interface HttpApiOptions {
  /** Who may publish, and where: `apiKeys()` of `pushstream-server/auth`. @default nobody */
  readonly keys?: KeyRing | undefined;
  /** Everybody may publish, end sessions and read metrics: for one's own machine. @default false */
  readonly open?: boolean | undefined;
  /**
   * Origins whose pages may use the API and the streams, as browsers write them
   * (`https://app.example`). `*`: any page, without cookies. Here it is set for the streams too.
   *
   * @default as the streams have it; nobody else for the API
   */
  readonly origins?: readonly string[] | '*' | undefined;
  /**
   * Values of `Host` that are answered, without port; set for the streams too.
   *
   * @default on a loopback address its own names only; elsewhere any
   */
  readonly hosts?: readonly string[] | undefined;
  /** Whether `GET /metrics` tells them. @default true */
  readonly metrics?: boolean | undefined;
  /** Whether there are routes for a demo, or the demo that they are for. @default false */
  readonly demo?: boolean | Demo | undefined;
  /** Takes `?apikey=` on `GET /api/sse/connect` for a key: URLs end up in logs and histories. @default false */
  readonly apiKeyInQuery?: boolean | undefined;
  /** Bytes of a request's body. @default 1_048_576 */
  readonly maxBodyBytes?: number | undefined;
  /** What one key may publish; above, 429 with `Retry-After`. `false`: anything. @default 1,000 per second, 2,000 at once */
  readonly rateLimit?: RateLimitOptions | false | undefined;
  /** What `GET /pulses` remembers. */
  readonly pulses?: PulseBoardOptions | undefined;
  /** Takes what happens. @default none */
  readonly logger?: Logger | undefined;
  /** Clocks, timers, error reporting; any part. @default the host's */
  readonly environment?: Partial<Environment> | undefined;
}
