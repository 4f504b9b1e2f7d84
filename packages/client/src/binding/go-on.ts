import { isDevelopment } from '../host.ts';
import type { Stream } from '../stream.ts';

/** Who shows and hides components would hear it again and again. */
const told = new WeakSet<Stream>();

/**
 * Leads a stream to where a component is. Somebody else may have made the client, or gone on with it: where
 * nothing came yet it can still begin there, and else that is said.
 */
export function goOnFrom(cursor: string | undefined, stream: Stream): void {
  const { cursor: at, environment, runner } = stream;
  if (cursor === undefined || cursor === at.value) return;
  if (at.value === '' && runner.state.opens === 0) {
    at.start(cursor);
    // What was asked for a moment ago was asked for without it.
    if (runner.state.phase === 'connecting') runner.send({ type: 'reconnect' });
  } else if (isDevelopment() && !told.has(stream)) {
    told.add(stream);
    environment.warn(
      `PushStream: expected a stream that resumes from ${JSON.stringify(cursor)}, where this component is, got one that is at ${JSON.stringify(at.value)}: what came in between is not shown`,
    );
  }
}
