import type { Environment } from '../environment.ts';
import { ClosedError } from '../errors.ts';

const LOOK_MS = 1_000;
/** As reports name a log that is away: before it was ever reached, and then. */
const NAMES: ReadonlySet<string> = new Set(['the log', 'the log in Redis']);

/** Told of what is reported: after a log was, asks until it answers, and says that once. */
export function createLogReturn(
  ask: () => Promise<unknown>,
  answers: () => void,
  { setTimer }: Pick<Environment, 'setTimer'>,
): (where: string) => void {
  let isAway = false;

  async function look(): Promise<void> {
    try {
      await ask();
      isAway = false;
      answers();
    } catch (error) {
      if (!(error instanceof ClosedError)) lookLater();
    }
  }

  function lookLater(): void {
    setTimer(() => void look(), LOOK_MS);
  }

  return (where) => {
    if (!NAMES.has(where) || isAway) return;
    isAway = true;
    lookLater();
  };
}
