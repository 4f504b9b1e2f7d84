import type { Command } from '../connection/state.ts';
import type { Environment } from '../environment.ts';

/** The pause reason of a page that is hidden for long. */
const REASON = 'pushstream.hidden';

/**
 * A page that is shown again looks at its stream. One that is hidden for longer than `releaseAfterMs` gives its
 * connection back, because a browser has only six for each host.
 *
 * @see https://html.spec.whatwg.org/multipage/interaction.html#page-visibility
 */
export function watchVisibility(
  { page, setTimer }: Environment,
  releaseAfterMs: number | undefined,
  send: (command: Command) => void,
): () => void {
  let cancel: (() => void) | undefined;
  function look(): void {
    cancel?.();
    cancel = undefined;
    if (!page.isHidden()) {
      send({ type: 'resume', reason: REASON });
      send({ type: 'suspect', suspicion: 'shown' });
    } else if (releaseAfterMs !== undefined) {
      cancel = setTimer(() => send({ type: 'pause', reason: REASON }), releaseAfterMs);
    }
  }
  const end = page.listen('visibilitychange', look);
  if (page.isHidden()) look();
  return () => {
    cancel?.();
    end();
    // A reason that nobody would take back any more.
    send({ type: 'resume', reason: REASON });
  };
}
