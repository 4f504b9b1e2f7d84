import type { Environment } from '../environment.ts';
import type { PushStream } from '../push-stream.ts';

/** A log that says nothing for this long does not work. */
const PATIENCE_MS = 2_000;

/** Whether the log answers now. Never rejects. */
export type Probe = () => Promise<boolean>;

/** Many may ask at once; the log is asked once. */
export function createProbe(push: Pick<PushStream, 'cursor'>, { setTimer }: Environment): Probe {
  let asked: Promise<boolean> | undefined;

  return () => {
    asked ??= new Promise<boolean>((resolve) => {
      const cancel = setTimer(() => resolve(false), PATIENCE_MS);
      push
        .cursor()
        .then(
          () => resolve(true),
          () => resolve(false),
        )
        .finally(cancel);
    }).finally(() => (asked = undefined));
    return asked;
  };
}
