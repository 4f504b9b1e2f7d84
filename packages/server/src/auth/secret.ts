import { createHash, randomBytes } from 'node:crypto';

const FINGERPRINT_LENGTH = 6;

export const digestOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** Six characters that tell keys apart in a log; they do not lead to the key. */
export const fingerprintOf = (digest: Buffer): string => digest.toString('base64url').slice(0, FINGERPRINT_LENGTH);

/** A fresh key that nobody can guess: 256 bits. Shown once and stored as its hash. */
export const generateKey = (): string => `ps_${randomBytes(32).toString('base64url')}`;

/** The SHA-256 of a key in hexadecimal digits: what a configuration should hold instead of it. */
export const hashKey = (secret: string): string => digestOf(secret).toString('hex');
