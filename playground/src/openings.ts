import type { EventClient, Inspection, Snapshot } from 'pushstream-client';
import type { TaskEvents } from '../task-events.ts';

type Transition = Extract<Inspection, { kind: 'transition' }>;

/** What was done to the connection, and by whom. */
export interface Course {
  /** The stream went away, or was not given, and nobody of this page had asked for that. */
  readonly broke?: () => void;
  /** It is open; `byItself` where nobody of this page had asked for it. */
  readonly opened?: (byItself: boolean) => void;
  /** It was left, by hand or for good: nothing comes back by itself. */
  readonly left?: () => void;
}

/** Nobody waits for a stream. */
export const isLeft = (status: Snapshot['status']): boolean =>
  status === 'idle' || status === 'paused' || status === 'closed';

const BY_HAND: ReadonlySet<string> = new Set(['connect', 'disconnect', 'reconnect', 'pause', 'resume']);

/** Tells what the connection does by itself from what a visitor does to it. */
export function followOpenings(client: EventClient<TaskEvents>, { broke, opened, left }: Course): void {
  let input = '';
  let isAsked = true;

  function transition({ from, to, state }: Transition): void {
    if (to === from) return;
    const isByHand = BY_HAND.has(input);
    if (to === 'connecting') isAsked = isByHand;
    if (to === 'open') opened?.(!isAsked && state.opens > 1);
    else if (to === 'paused' || to === 'closed') left?.();
    else if (to === 'waiting' || (from === 'open' && !isByHand)) broke?.();
  }

  client.inspect((inspection) => {
    if (inspection.kind === 'input') input = inspection.input.type;
    else if (inspection.kind === 'transition') transition(inspection);
  });
}
