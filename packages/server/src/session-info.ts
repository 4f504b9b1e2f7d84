/** A stream of some instance, as that one told. */
export interface PresentSession {
  /** The instance that has it: a word of its own, another one after each start. */
  readonly instance: string;
  /** The connection's, as `pushstream.ready` tells it. */
  readonly connectionId: string;
  /** What the client calls itself by `?session=`; another connection of it may have the same. */
  readonly session: string | undefined;
  /** Of the grant. */
  readonly clientId: string | undefined;
  /** In milliseconds since the epoch. */
  readonly connectedAt: number;
}

/** An open stream of this instance. */
export interface SessionInfo extends Omit<PresentSession, 'instance'> {
  /** Bytes that wait for it. */
  readonly bufferedBytes: number;
}
