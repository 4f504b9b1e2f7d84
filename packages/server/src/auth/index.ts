export { apiKeys, type ApiKeyRing, type ApiKeysOptions } from './api-keys.ts';
export { jwtAuthorize } from './jwt.ts';
export type { Jwk, JwkSet, JwtAlgorithm, JwtKeyOptions } from './jwt-key.ts';
export type { JwtClaims, JwtOptions } from './jwt-options.ts';
export type { ApiKey, ApiKeyInfo, KeyScopes } from './key.ts';
export { generateKey, hashKey } from './secret.ts';
