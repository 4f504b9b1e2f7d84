import type { EventClientOptions } from 'pushstream-client';
import type { StreamOptions, StreamResult, StreamSource } from 'pushstream-client/binding';

/** The events of the contract. */
export interface Tasks {
  'task.progress': { taskId: string; percentage: number };
  'task.done': { taskId: string };
}

/** What a component of the tests is given; may be given anew. */
export interface Props {
  readonly source: StreamSource<Tasks>;
  readonly options: StreamOptions<Tasks, '*' | 'task.progress', never, never> | EventClientOptions;
  /** Of `useEvent` alone. */
  readonly type?: 'task.progress';
  readonly listener?: (data: Tasks['task.progress']) => void;
}

/** What a component shows, once it is mounted. */
export type Shown = StreamResult<{ readonly type: string; readonly data: unknown }, unknown>;

/** A mounted component. */
export interface View<Value> {
  /** What it shows. */
  readonly shown: Value;
  /** How often it was rendered, or what shows it was run. */
  readonly renders: number;
  /** Gives it other props. */
  update(props: Props): Promise<void>;
  unmount(): Promise<void>;
}

/** A framework, as the contract drives it. Each component is one that a user would write. */
export interface Driver {
  readonly name: string;
  /** Shows the whole of `useEventStream`, or what `options.select` picks. */
  stream(props: Props): Promise<View<Shown>>;
  /** Calls `useEvent`, and shows nothing. */
  event(props: Props): Promise<View<undefined>>;
  /** Shows `useStreamStatus`. */
  status(props: Props): Promise<View<Pick<Shown, 'status' | 'error' | 'retry'>>>;
  /** Shows `useRetryCountdown`. */
  countdown(props: Props): Promise<View<number | null>>;
  /** Lets the framework do what it has put off. */
  settle(): Promise<void>;
}
