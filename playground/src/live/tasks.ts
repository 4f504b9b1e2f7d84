import type { EventOf } from 'pushstream-client';
import type { Task } from '../../contract.ts';
import type { TaskEvents } from '../../task-events.ts';

/** Rows that are shown; a task keeps its row as long as it runs. */
const ROWS = 4;

interface Row {
  readonly row: number;
  readonly taskId: string;
  readonly title: string;
  readonly share: number;
  /** When it took the row: the order in which rows are taken again. */
  readonly since: number;
}

/** What the panels show: the tasks, and how many events made it so. */
export interface Board {
  readonly rows: readonly Row[];
  readonly events: number;
}

const TYPES: ReadonlySet<string> = new Set<keyof TaskEvents>(['task.created', 'task.progress', 'task.completed']);
const FREE = { taskId: '', title: '–', share: 100, since: -1 };

/** The board of a state, before its events. */
export function boardOf(tasks: readonly Task[], events = 0): Board {
  const empty = Array.from({ length: ROWS }, (_, row) => ({ row, ...FREE }));
  return tasks.slice(-ROWS).reduce<Board>(
    (board, { taskId, title, percentage }, at) => {
      const row = { row: at, taskId, title, share: percentage, since: at - ROWS };
      return { ...board, rows: board.rows.with(at, row) };
    },
    { rows: empty, events },
  );
}

/** The board after one more event. */
export function fold({ rows, events }: Board, event: EventOf<TaskEvents>): Board {
  const next = { rows, events: events + 1 };
  // Somebody may publish other types, with any data.
  if (!TYPES.has(event.type)) return next;
  const place = rows.find(({ taskId }) => taskId === event.data.taskId);
  if (event.type === 'task.created') {
    const row = { ...(place ?? oldest(rows)), ...event.data, share: 0, since: next.events };
    return { ...next, rows: seat(rows, row) };
  }
  if (!place) return next;
  const share = event.type === 'task.progress' ? event.data.percentage : 100;
  return { ...next, rows: seat(rows, { ...place, share }) };
}

const seat = (rows: readonly Row[], row: Row): readonly Row[] => rows.with(row.row, row);

/** One that is done before one that runs, and of them the one that was seated first. */
function oldest(rows: readonly Row[]): Row {
  const weight = ({ share, since }: Row): number => (share < 100 ? Number.MAX_SAFE_INTEGER : 0) + since;
  return rows.reduce((first, row) => (weight(row) < weight(first) ? row : first));
}
