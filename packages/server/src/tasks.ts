import type { Environment } from './environment.ts';
import type { OutgoingEventOf } from './events.ts';
import { sleep } from './sleep.ts';

/** What the simulated tasks tell. */
export interface TaskEvents {
  'task.created': { readonly taskId: string; readonly name: string };
  'task.progress': { readonly taskId: string; readonly percentage: number };
  'task.completed': { readonly taskId: string; readonly result: string };
}

/** How tasks are simulated. */
export interface TaskOptions {
  /** Longest time between two events, in milliseconds; at least half of it passes. @default 2_000 */
  readonly stepMs?: number | undefined;
  /** Where the events go. @default "tasks" */
  readonly channel?: string | undefined;
  /** Asked before each event: whether this one may begin a task, of several that could. @default always */
  readonly isTurn?: (() => Promise<boolean>) | undefined;
}

const NAMES = ['Encode video', 'Index documents', 'Render report', 'Train model', 'Sync inventory'];

/** A source that pretends to work: one task after the other is created, gets on, and is completed. */
export function simulateTasks(
  environment: Environment,
  { stepMs = 2_000, channel = 'tasks', isTurn = () => Promise.resolve(true) }: TaskOptions = {},
): (signal: AbortSignal) => AsyncGenerator<OutgoingEventOf<TaskEvents>, void> {
  const pause = (signal: AbortSignal): Promise<void> =>
    sleep(environment, stepMs * (0.5 + environment.random() / 2), signal);

  return async function* tasks(signal) {
    for (let count = 1; !signal.aborted; count += 1) {
      while (!(await isTurn())) {
        await pause(signal);
        if (signal.aborted) return;
      }
      const taskId = `task-${count}`;
      yield { type: 'task.created', data: { taskId, name: NAMES[count % NAMES.length] ?? '' }, channel };
      for (let percentage = 0; percentage < 100;) {
        await pause(signal);
        if (signal.aborted) return;
        // To keep it. What was begun is finished either way.
        await isTurn();
        percentage = Math.min(100, percentage + 5 + Math.floor(environment.random() * 25));
        yield { type: 'task.progress', data: { taskId, percentage }, channel };
      }
      yield { type: 'task.completed', data: { taskId, result: 'Success' }, channel };
      await pause(signal);
    }
  };
}
