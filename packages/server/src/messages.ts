import { complete, type Manual, misuse } from 'pushstream-protocol';
import type { Environment } from './environment.ts';
import { isoTime } from './http/host.ts';

/** What every one of these messages has. */
export interface Message<Type extends string = string> {
  readonly messageId: string;
  /** When it was made: ISO 8601, UTC. */
  readonly timestamp: string;
  /** Of this form. */
  readonly version: '1.0';
  /** The event's type once more. */
  readonly type: Type;
}

/** Something to read. */
interface Notification {
  readonly message: string;
  /** `info`, `warning`, `error`, … @default "info" */
  readonly severity: string;
}

/** Something to act on. */
interface Alert {
  readonly message: string;
  /** `critical`, `high`, `medium`, `low`, … @default "high" */
  readonly severity: string;
  /** @default "system" */
  readonly category: string;
}

/** Something has changed. */
interface DataUpdate {
  readonly entityId: string;
  readonly entityType: string;
  /** @default {} */
  readonly changes: object;
}

/** The types of the events, and their data. */
export interface MessageEvents {
  notification: Message<'notification'> & Notification;
  alert: Message<'alert'> & Alert;
  dataUpdate: Message<'dataUpdate'> & DataUpdate;
  heartbeat: Message<'heartbeat'>;
}

/** What each of them may be made from. */
const manuals = {
  notification: { message: ['string'], severity: 'info' } satisfies Manual<Notification>,
  alert: { message: ['string'], severity: 'high', category: 'system' } satisfies Manual<Alert>,
  dataUpdate: { entityId: ['string'], entityType: ['string'], changes: ['object', {}] } satisfies Manual<DataUpdate>,
  heartbeat: {} satisfies Manual<object>,
};

/**
 * The data of a message, made from what somebody sent.
 *
 * @throws {TypeError} For parts that are missing, empty, unknown or of another type.
 */
export function createMessage(type: keyof MessageEvents, given: object, environment: Environment): Message {
  const names = Object.keys(manuals[type]);
  if (names.length === 0 && Object.keys(given).length > 0) throw misuse('body', 'no parts', 'some');
  const parts = new Map<string, unknown>(Object.entries(complete<object>('body', given, manuals[type])));
  for (const [name, part] of parts) {
    if (part === '') throw misuse(`body.${name}`, 'some text', '""');
  }
  return {
    messageId: environment.token(),
    timestamp: isoTime(environment.now()),
    version: '1.0',
    type,
    // In one order, whatever was left out.
    ...Object.fromEntries(names.map((name) => [name, parts.get(name)])),
  };
}
