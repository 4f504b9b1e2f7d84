import type { Environment } from './environment.ts';
import type { FrameEntry } from './frame.ts';
import { isChannel, isEventType } from './grammar.ts';
import type { Hub } from './hub.ts';
import type { Position } from './log/log.ts';
import type { Shared } from './log/shared.ts';

const TOPIC = 'ephemerals';

/** An event that is in no log. */
type Ephemeral = Omit<FrameEntry, 'seq'>;

/** Ephemeral events, between the instances on a log. */
export interface Ephemerals {
  /** Hands it out here, at once; resolves when the others were told too, or cannot be. */
  pass(event: Ephemeral): Promise<void>;
}

/** What it needs. */
export interface EphemeralsParts {
  readonly hub: Hub;
  readonly shared: Shared;
  readonly environment: Environment;
  /** What this one is called. */
  readonly instance: string;
  /** Until then the others are heard. */
  readonly signal: AbortSignal;
}

/** @throws {Error} For what is no event: anybody may have told it. */
function read(text: string): { readonly event: Ephemeral; readonly behind: Position } {
  const [epoch, seq, event]: readonly unknown[] = Object(JSON.parse(text));
  const { type, data, channel, to, tags, time }: Record<string, unknown> = { ...Object(event) };
  const texts = tags === undefined ? [] : Object.values(Object(tags));
  const isEvent =
    [epoch, data, to ?? '', ...texts].every((part) => typeof part === 'string') &&
    [seq, time].every(Number.isFinite) &&
    isEventType(type) &&
    isChannel(channel);
  if (!isEvent) throw new Error('Expected an ephemeral event, got something else');
  // Looked at part by part, just now.
  return { event: { type, data, channel, to, tags, time } as Ephemeral, behind: { epoch, seq } as Position };
}

export function createEphemerals({ hub, shared, environment, instance, signal }: EphemeralsParts): Ephemerals {
  /** What begins with that is from here. */
  const by = `${instance}\n`;

  function hear(text: string): void {
    if (text.startsWith(by)) return;
    try {
      const { event, behind } = read(text.slice(text.indexOf('\n') + 1));
      hub.pass(event, behind);
    } catch (error) {
      environment.reportError(error, 'an ephemeral event of another instance');
    }
  }

  shared.hear(TOPIC, hear, signal);
  return {
    async pass(event) {
      const behind = hub.pass(event);
      // Who looks after what is shared has reported it; it was promised to nobody.
      await shared.tell(TOPIC, by + JSON.stringify([behind.epoch, behind.seq, event])).catch(() => {});
    },
  };
}
