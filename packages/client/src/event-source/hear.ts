import type { TransportReport, TransportRequest } from '../transport/transport.ts';
import { createFramer, isMessage } from './frames.ts';
import type { EventSourceLike } from './types.ts';

/** Heard whether somebody listens or not; the last four are the client's own. */
const ALWAYS = ['message', 'pushstream.ready', 'pushstream.reset', 'pushstream.dropped', 'pushstream.closing'];

/** It does not tell of any. */
const headers = { get: (): null => null };

/** Reports what an `EventSource` says until it fails; returns what closes it. */
export function hear(
  source: EventSourceLike,
  { watchTypes }: TransportRequest,
  report: (report: TransportReport) => void,
  failed: (event: Event) => void,
): () => void {
  const frameOf = createFramer();
  const heard = new Set<string>();
  let isClosed = false;

  /** `other`: what means something by itself, and is no event of the server's. */
  function add(type: string, other: (event: Event) => void = () => {}): void {
    if (heard.has(type)) return;
    heard.add(type);
    source.addEventListener(type, (event) => {
      if (isClosed) return;
      if (isMessage(event)) report({ type: 'frames', frames: [frameOf(event)] });
      else other(event);
    });
  }

  add('open', () => report({ type: 'opened', carriesBody: false, info: { url: source.url, status: 200, headers } }));
  add('error', (event) => {
    // Its reconnections are left to the machine.
    close();
    failed(event);
  });
  for (const type of ALWAYS) add(type);
  // Once heard, always heard: what nobody listens to any more still moves the cursor.
  const unwatch = watchTypes((types) => {
    for (const type of types) if (!type.includes('*')) add(type);
  });

  function close(): void {
    isClosed = true;
    unwatch();
    source.close();
  }
  return close;
}
