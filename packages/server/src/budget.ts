import type { Session } from './session.ts';
import type { Stats } from './stats.ts';

/** Ends streams until what waits for all of them is within bounds: those that hold most first. What they had is in the log. */
export function endGreatest(sessions: ReadonlySet<Session>, stats: Stats, most: number): void {
  if (stats.bufferedBytes <= most) return;
  for (const session of [...sessions].sort((a, b) => b.heldBytes - a.heldBytes)) {
    if (stats.bufferedBytes <= most) return;
    session.end('memory');
  }
}
