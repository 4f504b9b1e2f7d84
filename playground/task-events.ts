/** The events of the playground's server: written once, imported by the server and the page. */
export interface TaskEvents {
  'task.created': { readonly taskId: string; readonly title: string };
  'task.progress': { readonly taskId: string; readonly percentage: number };
  'task.completed': { readonly taskId: string };
}

export interface Task {
  readonly taskId: string;
  readonly title: string;
  readonly percentage: number;
}

/** The state behind the events, and the cursor from which the stream continues it. */
export interface TaskList {
  readonly cursor: string;
  readonly tasks: readonly Task[];
}

/** What the server has published: the judge of what a page got. */
export interface Ledger {
  readonly epoch: string;
  /** Sequence number of the newest event. */
  readonly head: number;
  /** The oldest event that can still be replayed. */
  readonly oldest: number;
  /** Ids after the cursor that was asked for, oldest first; without one, none. */
  readonly ids: readonly string[];
}
