import type { Identity } from './session-parts.ts';

/** What streams have in common by which they can be meant; a text, so that it can be looked up and told. */
type Kind = 'connection' | 'session' | 'client' | 'credential' | 'both';

/** No label has a line end: no two have the same name. */
const name = (kind: Kind, ...labels: readonly string[]): string => [kind, ...labels].join('\n');

export const connectionOf = (connectionId: string): string => name('connection', connectionId);
export const sessionOf = (session: string): string => name('session', session);

/** A client, a credential, or the two together. */
export function ownerOf(clientId: string | undefined, credential: string | undefined): string | undefined {
  if (clientId === undefined) return credential === undefined ? undefined : name('credential', credential);
  return credential === undefined ? name('client', clientId) : name('both', clientId, credential);
}

/** The label behind a name of that kind; `undefined`: it is of another. */
export function labelOf(kind: Kind, whom: string): string | undefined {
  return whom.startsWith(`${kind}\n`) ? whom.slice(kind.length + 1) : undefined;
}

/** All by which a stream can be meant, but for its connection: others may have the same. */
export function groupsOf({
  session,
  clientId,
  credential,
}: Pick<Identity, 'session' | 'clientId' | 'credential'>): string[] {
  const groups = [
    session === undefined ? undefined : sessionOf(session),
    ownerOf(clientId, undefined),
    ownerOf(undefined, credential),
    clientId === undefined || credential === undefined ? undefined : ownerOf(clientId, credential),
  ];
  return groups.filter((group) => group !== undefined);
}

/** Who is meant, each with the moment after which who comes is not. In milliseconds since the epoch. */
export type Meant = ReadonlyMap<string, number>;

/** Whether a stream is one of those who are meant. */
export const isMeant = (identity: Identity, meant: Meant): boolean =>
  [connectionOf(identity.connectionId), ...groupsOf(identity)].some(
    (one) => identity.connectedAt <= (meant.get(one) ?? -Infinity),
  );
