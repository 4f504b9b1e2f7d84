/** How many may be in it. */
interface Bounds {
  readonly connections: number;
  readonly connectionsPerClient: number;
}

/** The places for streams, from the decision about a request to the end of what comes of it. */
export interface Room {
  /** Whether all places are taken. */
  isFull(bounds: Bounds): boolean;
  /** Whether those of one client are. */
  isFullFor(clientId: string | undefined, bounds: Bounds): boolean;
  /** Takes one; returns what gives it back, once. */
  take(clientId: string | undefined): () => void;
}

export function createRoom(): Room {
  const byClient = new Map<string, number>();
  let taken = 0;

  function add(clientId: string | undefined, change: number): void {
    taken += change;
    if (clientId === undefined) return;
    const count = (byClient.get(clientId) ?? 0) + change;
    if (count > 0) byClient.set(clientId, count);
    else byClient.delete(clientId);
  }

  return {
    isFull: ({ connections }) => taken >= connections,
    isFullFor: (clientId, { connectionsPerClient }) =>
      clientId !== undefined && (byClient.get(clientId) ?? 0) >= connectionsPerClient,
    take(clientId) {
      add(clientId, 1);
      let isTaken = true;
      return () => {
        if (isTaken) add(clientId, -1);
        isTaken = false;
      };
    },
  };
}
