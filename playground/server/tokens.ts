import { type ApiKeyRing, apiKeys, generateKey } from 'pushstream-server/auth';

/** What pages read streams with: one token, until it is good no more. */
export interface Tokens {
  /** For the hub: knows the token that is good now. */
  readonly keys: ApiKeyRing;
  /** The token that is good now. */
  fetch(): string;
  /** Makes the token worthless, and ends the streams that were opened with it. */
  rotate(): void;
  /** The token that is good now was fetched. */
  readonly isKnown: boolean;
}

/** Whoever reads may not publish. */
const READ_ALL = { subscribe: ['*'] };

/** `removed`: a credential is good no more. */
export function createTokens(removed: (credential: string) => void): Tokens {
  // An `EventSource` sends no headers: it brings its token in the query.
  const keys = apiKeys([], { removed, query: true });
  let count = 0;
  let secret = '';
  let isKnown = true;

  function issue(): void {
    count += 1;
    secret = generateKey();
    keys.add({ id: `page-${count}`, secret, scopes: READ_ALL, clientId: 'page' });
  }

  issue();
  return {
    keys,
    fetch() {
      isKnown = true;
      return secret;
    },
    rotate() {
      const old = `page-${count}`;
      issue();
      isKnown = false;
      keys.remove(old);
    },
    get isKnown() {
      return isKnown;
    },
  };
}
