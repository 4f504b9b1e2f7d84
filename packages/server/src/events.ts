/** Names of an event map. */
export type EventType<Events extends object> = keyof Events & string;

/** How an event is published. */
export interface PublishOptions {
  /** Names separated by dots, for example `orders.42`. @default "default" */
  readonly channel?: string | undefined;
  /** The only client that gets it: the `clientId` of a grant. @default everybody */
  readonly to?: string | undefined;
  /** What connections may filter by: at most 16 names, each with one value. @default none */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /**
   * Makes a repetition harmless: a second event with the same key, within the log's window, is not
   * stored; the first one's id is returned. At most 256 characters. @default none
   */
  readonly key?: string | undefined;
  /** Delivered at most once to who is connected, to whichever instance: no id, not stored, not replayed. @default false */
  readonly ephemeral?: boolean | undefined;
}

/** An event that was published. */
export interface Published {
  /** Its id on the wire, `<epoch>.<seq>`; `null` for an ephemeral one. */
  readonly id: string | null;
  /** An event with the same key was there already; the id is that one's. */
  readonly duplicate: boolean;
}

/** An event with how it is to be published: what a source yields. */
export type OutgoingEventOf<Events extends object> = {
  [Type in EventType<Events>]: PublishOptions & { readonly type: Type; readonly data: Events[Type] };
}[EventType<Events>];
