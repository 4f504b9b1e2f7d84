import type { Task, TaskEvents } from '../task-events.ts';
import { make, setText } from './dom.ts';

const ROWS = 8;

interface Row {
  readonly element: HTMLElement;
  readonly title: HTMLElement;
  readonly share: HTMLElement;
  readonly bar: HTMLProgressElement;
  task: Task | undefined;
  done: boolean;
}

/** The tasks, each in a row that it keeps: a new one takes the place of the one that was done first. */
export interface Board {
  created(data: TaskEvents['task.created']): void;
  progressed(data: TaskEvents['task.progress']): void;
  completed(data: TaskEvents['task.completed']): void;
  /** Everything anew, from the server's state. */
  replace(tasks: readonly Task[]): void;
  render(): void;
}

export function createBoard(list: HTMLElement): Board {
  const rows = Array.from({ length: ROWS }, () => createRow(list));
  /** Oldest first: the order in which rows are taken again. */
  let order = [...rows];

  const rowOf = (taskId: string): Row | undefined => rows.find(({ task }) => task?.taskId === taskId);

  function seat(task: Task): void {
    const row = rowOf(task.taskId) ?? order.find(({ task: seated, done }) => !seated || done) ?? order[0];
    if (!row) return;
    row.task = task;
    row.done = false;
    order = [...order.filter((other) => other !== row), row];
  }

  return {
    created: ({ taskId, title }) => seat({ taskId, title, percentage: 0 }),
    progressed({ taskId, percentage }) {
      const row = rowOf(taskId);
      if (row?.task) row.task = { ...row.task, percentage };
    },
    completed({ taskId }) {
      const row = rowOf(taskId);
      if (!row?.task) return;
      row.task = { ...row.task, percentage: 100 };
      row.done = true;
    },
    replace(tasks) {
      for (const row of rows) Object.assign(row, { task: undefined, done: false });
      order = [...rows];
      for (const task of tasks) seat(task);
    },
    render() {
      for (const row of rows) renderRow(row);
    },
  };
}

function createRow(list: HTMLElement): Row {
  const element = make('li', '', 'empty');
  const title = make('span', '', 'title');
  const share = make('span', '', 'share');
  const bar = make('progress');
  bar.max = 100;
  element.append(title, share, bar);
  list.append(element);
  return { element, title, share, bar, task: undefined, done: false };
}

function renderRow({ element, title, share, bar, task, done }: Row): void {
  element.className = task ? (done ? 'done' : '') : 'empty';
  setText(title, task?.title ?? '');
  setText(share, done ? 'Done' : `${task?.percentage ?? 0} %`);
  bar.value = task?.percentage ?? 0;
  bar.ariaLabel = task?.title ?? '';
}
