import type { EventClient } from 'pushstream-client';
import { useEventStream } from 'pushstream-react';
import type { TaskEvents } from '../../task-events.ts';
import { type Board, fold } from './tasks.ts';

interface Props {
  readonly client: EventClient<TaskEvents>;
  readonly board: Board;
}

// ✂
export function Tasks({ client, board }: Props) {
  const { status, data } = useEventStream(client, {
    events: 'task.*',
    initial: board,
    reduce: fold,
  });
  return (
    <>
      <p>
        <b>{status}</b> {data.events} events
      </p>
      <ol>
        {data.rows.map(({ row, title, share }) => (
          <li key={row}>
            <span>{title}</span>
            <progress max={100} value={share} aria-label={title} />
          </li>
        ))}
      </ol>
    </>
  );
}
// ✂
