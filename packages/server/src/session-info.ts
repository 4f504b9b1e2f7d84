/** An open stream as it is shown. */
export interface SessionInfo {
  /** The connection's, as `pushstream.ready` tells it. */
  readonly connectionId: string;
  /** What the client calls itself by `?session=`; another connection of it may have the same. */
  readonly session: string | undefined;
  /** Of the grant. */
  readonly clientId: string | undefined;
  /** In milliseconds since the epoch. */
  readonly connectedAt: number;
  /** Bytes that wait for it. */
  readonly bufferedBytes: number;
}
