import type { EventClient, EventOf } from 'pushstream-client';
import type { TaskEvents } from '../../task-events.ts';
import { getTasks } from '../api.ts';
import type { Say } from '../log.ts';
import { type Board, boardOf, fold } from './tasks.ts';

const AGAIN_MS = 1_000;

/**
 * What a reset skipped is not in the stream any more: the state itself is asked for. What came since the reset may be
 * in it or not; as events *set* what they say, it is folded in once more.
 */
export function reloadAfterResets(client: EventClient<TaskEvents>, replace: (board: Board) => void, say: Say): void {
  let since: EventOf<TaskEvents>[] | undefined;
  let events = 0;

  client.on('task.*', (_data, event) => {
    events += 1;
    since?.push(event);
  });

  async function reload(): Promise<void> {
    const mine: EventOf<TaskEvents>[] = [];
    since = mine;
    try {
      const { tasks } = await getTasks();
      // Another reset has come meanwhile: its reload is the one that counts.
      if (since !== mine) return;
      replace(mine.reduce(fold, boardOf(tasks, events - mine.length)));
      since = undefined;
    } catch (error) {
      say('error', String(error));
      setTimeout(() => since === mine && void reload(), AGAIN_MS);
    }
  }

  client.lifecycle.on('reset', () => void reload());
}
