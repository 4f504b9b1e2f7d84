import type { Task } from '../contract.ts';
import type { TaskEvents } from '../task-events.ts';

const TITLES = [
  'Encode the keynote video',
  'Resize 240 photos',
  'Rebuild the search index',
  'Send the October invoices',
  'Import menus, Café Zürich',
  'Train the spam filter',
  'Back up the orders table',
  'Render the city map',
  'Translate the manual → Ελληνικά',
  'Check 1,800 links',
];
const AT_ONCE = 4;
const TICK_MS = 250;

/** Resolves when the event is stored. */
export type Publish = <Type extends keyof TaskEvents>(type: Type, data: TaskEvents[Type]) => Promise<void>;

/** Work that is made up, and told of as typed events. */
export interface Tasks {
  /** What runs now, oldest first. */
  list(): Task[];
  /** Publishes one event; resolves when it is stored. */
  step(): Promise<void>;
  /** Steps by itself, a few times per second. */
  start(): void;
  /** Begins a task that takes exactly `count` events, first and last included; each call publishes one. */
  burst(count: number): () => Promise<void>;
  stop(): void;
}

/** `failed`: takes why an event could not be published that nobody waits for. */
export function createTasks(publish: Publish, failed: (error: unknown) => void): Tasks {
  const running = new Map<string, Task>();
  let timer: NodeJS.Timeout | undefined;
  let started = 0;

  function create(kind: 'task' | 'burst', title: string): { readonly taskId: string; readonly stored: Promise<void> } {
    started += 1;
    const taskId = `${kind}-${started}`;
    running.set(taskId, { taskId, title, percentage: 0 });
    return { taskId, stored: publish('task.created', { taskId, title }) };
  }

  function progress(taskId: string, percentage: number): Promise<void> {
    const task = running.get(taskId);
    if (task) running.set(taskId, { ...task, percentage });
    return publish('task.progress', { taskId, percentage });
  }

  function complete(taskId: string): Promise<void> {
    running.delete(taskId);
    return publish('task.completed', { taskId });
  }

  function step(): Promise<void> {
    const tasks = [...running.values()].filter(({ taskId }) => taskId.startsWith('task'));
    const task = tasks[Math.floor(Math.random() * AT_ONCE)];
    if (tasks.length < AT_ONCE || !task) return create('task', TITLES[started % TITLES.length] ?? '').stored;
    if (task.percentage >= 100) return complete(task.taskId);
    return progress(task.taskId, Math.min(100, task.percentage + 4 + Math.floor(Math.random() * 14)));
  }

  return {
    list: () => [...running.values()],
    step,
    start() {
      timer ??= setInterval(() => void step().catch(failed), TICK_MS);
    },
    burst(count) {
      let sent = 0;
      let taskId = '';
      return () => {
        sent += 1;
        if (sent === 1) {
          const burst = create('burst', `Burst of ${count.toLocaleString('en')} events`);
          ({ taskId } = burst);
          return burst.stored;
        }
        if (sent === count) return complete(taskId);
        return progress(taskId, Math.floor((100 * sent) / count));
      };
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}
