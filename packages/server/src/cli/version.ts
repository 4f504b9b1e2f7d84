import { readFileSync } from 'node:fs';

/** Seen from the built file, and from this one. */
const PLACES = ['../package.json', '../../package.json'];

/** The package's own. */
export function readVersion(): string {
  for (const place of PLACES) {
    try {
      const { name, version }: { name?: unknown; version?: unknown } = JSON.parse(
        readFileSync(new URL(place, import.meta.url), 'utf8'),
      );
      if (name === 'pushstream-server') return String(version);
    } catch {
      // It is at the other place.
    }
  }
  return 'unknown';
}
