import type { Task, TaskEvents } from '../task-events.ts';

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

export type Publish = <Type extends keyof TaskEvents>(type: Type, data: TaskEvents[Type]) => void;

/** Work that is made up, and told of as typed events. */
export interface Tasks {
  /** What runs now, oldest first. */
  list(): Task[];
  /** Publishes one event. */
  step(): void;
  /** Steps by itself, a few times per second. */
  start(): void;
  /** Begins a task that takes exactly `count` events, first and last included; each call gives one. */
  burst(count: number): () => void;
  stop(): void;
}

export function createTasks(publish: Publish): Tasks {
  const running = new Map<string, Task>();
  let timer: NodeJS.Timeout | undefined;
  let started = 0;

  function create(kind: 'task' | 'burst', title: string): string {
    started += 1;
    const taskId = `${kind}-${started}`;
    running.set(taskId, { taskId, title, percentage: 0 });
    publish('task.created', { taskId, title });
    return taskId;
  }

  function progress(taskId: string, percentage: number): void {
    const task = running.get(taskId);
    if (!task) return;
    running.set(taskId, { ...task, percentage });
    publish('task.progress', { taskId, percentage });
  }

  function complete(taskId: string): void {
    running.delete(taskId);
    publish('task.completed', { taskId });
  }

  function step(): void {
    const tasks = [...running.values()].filter(({ taskId }) => taskId.startsWith('task'));
    const task = tasks[Math.floor(Math.random() * AT_ONCE)];
    if (tasks.length < AT_ONCE || !task) create('task', TITLES[started % TITLES.length] ?? '');
    else if (task.percentage >= 100) complete(task.taskId);
    else progress(task.taskId, Math.min(100, task.percentage + 4 + Math.floor(Math.random() * 14)));
  }

  return {
    list: () => [...running.values()],
    step,
    start() {
      timer ??= setInterval(step, TICK_MS);
    },
    burst(count) {
      let sent = 0;
      let taskId = '';
      return () => {
        sent += 1;
        if (sent === 1) taskId = create('burst', `Burst of ${count.toLocaleString('en')} events`);
        else if (sent === count) complete(taskId);
        else progress(taskId, Math.floor((100 * sent) / count));
      };
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}
